"""Groups, and who belongs to them. Boards may be for groups (``boards.operations``)."""

import re
from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, insert_ignoring_conflicts, lock_row
from community.core.errors import Conflict, Invalid, NotFound
from community.core.jobs import emit
from community.events import RightsChanged
from community.identity.models import Group, GroupMember, User
from community.identity.names import is_well_formed_name, tidy_name
from community.identity.policies import can_change_groups

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


class GroupNameUnfit(Invalid):
    """A name that cannot be shown, or none at all."""

    message = _l("Enter a name of 2 to 40 characters.")


class GroupSlugUnfit(Invalid):
    """A short name that is none, or another group's."""

    message = _l("Choose a short name nobody has: small letters, digits and hyphens.")


class GroupInUse(Conflict):
    """A board is for this group."""

    message = _l("A board is for this group. Choose who else may read there first.")


def make_group(actor: Viewer, slug: str, names: Mapping[str, str]) -> Group:
    """Make a group; ``names`` maps a language to a name. The slug stays as it is from then on.

    Raises ``NotAllowed``, ``GroupSlugUnfit``, ``GroupNameUnfit``.
    """
    require(can_change_groups(actor))
    group = Group(slug=slug, names=_fit_names(names), created_at=clock.now())
    if not SLUG.fullmatch(slug) or _is_slug_taken(slug):
        raise GroupSlugUnfit(errors={"slug": GroupSlugUnfit.message})
    db.session.add(group)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody took it in the same moment.
        raise GroupSlugUnfit(errors={"slug": GroupSlugUnfit.message}) from error
    record(actor, Action.GROUP_MADE, subject=("group", group.id), after={"slug": slug})
    return group


def keep_group(actor: Viewer, slug: str, names: Mapping[str, str]) -> Group:
    """Return the group of this slug, made with these names where there is none. For the product's
    own groups. Raises ``NotAllowed``, ``GroupSlugUnfit``, ``GroupNameUnfit``.
    """
    require(can_change_groups(actor))
    query = select(Group).where(Group.slug == slug)
    group = db.session.scalar(query)
    if group is not None:
        return group
    if not SLUG.fullmatch(slug):
        raise GroupSlugUnfit(errors={"slug": GroupSlugUnfit.message})
    row = {"slug": slug, "names": _fit_names(names), "created_at": clock.now()}
    # Somebody may make it in the same moment: then theirs is the one.
    made = db.session.execute(insert_ignoring_conflicts(Group).values(row)).rowcount  # type: ignore[attr-defined]
    group = db.session.scalars(query).one()
    if made:
        record(actor, Action.GROUP_MADE, subject=("group", group.id), after={"slug": slug})
    return group


def rename_group(actor: Viewer, group: Group, names: Mapping[str, str]) -> None:
    """Give a group other names. Raises ``NotAllowed``, ``GroupNameUnfit``."""
    require(can_change_groups(actor))
    before, after = dict(group.names), _fit_names(names)
    if before == after:
        return
    group.names = after
    db.session.flush()
    record(
        actor, Action.GROUP_RENAMED, subject=("group", group.id), before=before, after=dict(after)
    )


def delete_group(actor: Viewer, group: Group) -> None:
    """Delete a group that no board is for, members and all. Raises ``NotAllowed``, ``GroupInUse``.

    Each member's leaving is recorded, as if they had been taken out one by one.
    """
    require(can_change_groups(actor))
    _lock(group)
    for user_id in db.session.scalars(
        select(GroupMember.user_id).where(GroupMember.group_id == group.id)
    ).all():
        _take_out(actor, group.id, user_id)
    try:
        db.session.execute(delete(Group).where(Group.id == group.id))
    except IntegrityError as error:
        # Who uses groups is known further up; the references say that somebody does.
        raise GroupInUse() from error
    record(actor, Action.GROUP_DELETED, subject=("group", group.id), before={"slug": group.slug})


def add_member(actor: Viewer, group: Group, user: User) -> None:
    """Let a user belong to a group; twice changes nothing. Raises ``NotAllowed``."""
    require(can_change_groups(actor))
    _lock(group)
    insert = insert_ignoring_conflicts(GroupMember).values(
        group_id=group.id, user_id=user.id, added_by_id=actor.viewer_id, added_at=clock.now()
    )
    if not db.session.execute(insert).rowcount:  # type: ignore[attr-defined]
        return
    record(actor, Action.GROUP_JOINED, subject=("user", user.id), after={"group_id": group.id})
    emit(RightsChanged(user.id, actor.viewer_id))


def remove_member(actor: Viewer, group: Group, user_id: int) -> None:
    """Let a user belong to a group no longer; one who does not changes nothing.

    Raises ``NotAllowed``.
    """
    require(can_change_groups(actor))
    _take_out(actor, group.id, user_id)


def _take_out(actor: Viewer, group_id: int, user_id: int) -> None:
    gone = db.session.execute(
        delete(GroupMember).where(GroupMember.group_id == group_id, GroupMember.user_id == user_id)
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        return
    record(actor, Action.GROUP_LEFT, subject=("user", user_id), before={"group_id": group_id})
    emit(RightsChanged(user_id, actor.viewer_id))


def _lock(group: Group) -> None:
    """Keep the group from being deleted meanwhile; raises ``NotFound`` where it was."""
    if db.session.scalar(lock_row(select(Group.id).where(Group.id == group.id))) is None:
        raise NotFound()


def _is_slug_taken(slug: str) -> bool:
    return db.session.scalar(select(Group.id).where(Group.slug == slug)) is not None


def _fit_names(names: Mapping[str, str]) -> dict[str, str]:
    tidy = {language: tidy_name(name) for language, name in names.items()}
    wrong = [language for language, name in tidy.items() if not is_well_formed_name(name)]
    if wrong or not tidy:
        raise GroupNameUnfit(errors={f"name_{code}": GroupNameUnfit.message for code in wrong})
    return tidy
