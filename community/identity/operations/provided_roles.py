"""Roles and groups that a sign-in provider grants: they follow the provider, and only they do."""

import structlog
from sqlalchemy import select, update

from community.core.authz import SYSTEM
from community.core.db import db
from community.identity.models import RoleGrant, User
from community.identity.operations.roles import LastAdministrator, grant_role, revoke_role

log = structlog.get_logger()


def follow_provider(user: User, provider: str, targets: frozenset[str]) -> None:
    """Give and take what a provider says, such as ``role:moderator`` and ``group:partners``.

    What somebody here granted stays, also where the provider says the same.
    """
    _follow_roles(user, provider, _named("role", targets))


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
        _mark_role(user, name, provider)
    for name, source in sorted(held.items()):
        if source == provider and name not in wanted:
            _take_role(user, name)


def _mark_role(user: User, name: str, provider: str) -> None:
    granted = update(RoleGrant).where(
        RoleGrant.user_id == user.id, RoleGrant.name == name, RoleGrant.board_id.is_(None)
    )
    db.session.execute(granted.values(provider=provider))


def _take_role(user: User, name: str) -> None:
    try:
        revoke_role(SYSTEM, user, name)
    except LastAdministrator:
        # A slip in the provider's groups must not leave the site without anybody who can mend it.
        log.warning("last_administrator_kept", user=user.id)
