"""Roles and groups that a sign-in provider grants: they follow the provider, and only they do."""

from typing import Any

import structlog
from sqlalchemy import select, update

from community.core.authz import SYSTEM
from community.core.db import db
from community.identity.models import Group, GroupMember, RoleGrant, User
from community.identity.operations.groups import add_member, remove_member
from community.identity.operations.roles import LastAdministrator, grant_role, revoke_role

log = structlog.get_logger()


def follow_provider(user: User, provider: str, targets: frozenset[str]) -> None:
    """Give and take what a provider says, such as ``role:moderator`` and ``group:partners``.

    What somebody here granted stays, also where the provider says the same.
    """
    _follow_roles(user, provider, _named("role", targets))
    _follow_groups(user, provider, _named("group", targets))


def _named(kind: str, targets: frozenset[str]) -> set[str]:
    parts = [target.partition(":") for target in targets]
    return {name for found, _, name in parts if found == kind}


def _follow_roles(user: User, provider: str, wanted: set[str]) -> None:
    rows = select(RoleGrant.name, RoleGrant.provider).where(
        RoleGrant.user_id == user.id, RoleGrant.board_id.is_(None)
    )
    held = {row.name: row.provider for row in db.session.execute(rows)}
    for name in sorted(wanted - set(held)):
        grant_role(SYSTEM, user, name)
        own = (RoleGrant.user_id == user.id, RoleGrant.name == name)
        _mark(provider, RoleGrant, *own, RoleGrant.board_id.is_(None))
    for name, source in sorted(held.items()):
        if source == provider and name not in wanted:
            _take_role(user, name)


def _take_role(user: User, name: str) -> None:
    try:
        revoke_role(SYSTEM, user, name)
    except LastAdministrator:
        # A slip in the provider's groups must not leave the site without anybody who can mend it.
        log.warning("last_administrator_kept", user=user.id)


def _follow_groups(user: User, provider: str, wanted: set[str]) -> None:
    members = select(Group, GroupMember.provider).join(GroupMember)
    held = {
        group.slug: (group, source)
        for group, source in db.session.execute(members.where(GroupMember.user_id == user.id))
    }
    for group in _groups_named(wanted - set(held)):
        add_member(SYSTEM, group, user)
        own = (GroupMember.user_id == user.id, GroupMember.group_id == group.id)
        _mark(provider, GroupMember, *own)
    for slug, (group, source) in sorted(held.items()):
        if source == provider and slug not in wanted:
            remove_member(SYSTEM, group, user.id)


def _groups_named(slugs: set[str]) -> list[Group]:
    found = list(db.session.scalars(select(Group).where(Group.slug.in_(slugs)).order_by(Group.id)))
    for slug in sorted(slugs - {group.slug for group in found}):
        log.warning("provided_group_unknown", slug=slug)
    return found


def _mark(provider: str, model: Any, *conditions: Any) -> None:
    """Note that a row just written is the provider's, to be taken away with it."""
    db.session.execute(update(model).where(*conditions).values(provider=provider))
