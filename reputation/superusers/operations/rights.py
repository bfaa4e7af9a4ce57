"""What a superuser's membership brings along: the role, the tier, the group.

Locks are taken in this order: the group, then the member. Administrators who add somebody to a
group take them in the same one.
"""

from datetime import datetime

from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import db, lock_row
from community.core.settings import current_settings
from community.identity.models import Group, User
from community.identity.operations.groups import add_member, keep_group, remove_member
from community.identity.operations.roles import grant_role, revoke_role
from community.identity.operations.superusers import set_superuser
from community.identity.queries import VIEWER_RIGHTS

ROLE = "superuser"
GROUP_NAMES = {"de": "Superuser", "en": "Superusers"}


def lock_member(user_id: int) -> User:
    """Return a member with their rights as they are now, locked to the end of the transaction."""
    db.session.execute(lock_row(select(User.id).where(User.id == user_id)))
    query = select(User).options(*VIEWER_RIGHTS).where(User.id == user_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()


def lock_rights(user_id: int) -> User:
    """Lock the group as well as the member: for what gives rights and takes them."""
    keep_superusers_group()
    return lock_member(user_id)


def keep_superusers_group() -> Group | None:
    """Return the superusers' group, locked, made where it is missing; None where none is wanted."""
    slug = current_settings().superuser_group
    if not slug:
        return None
    group = keep_group(SYSTEM, slug, GROUP_NAMES)
    db.session.execute(lock_row(select(Group.id).where(Group.id == group.id)))
    return group


def give_rights(member: User, tier: int) -> None:
    """Give a member, locked before, all that a superuser has."""
    grant_role(SYSTEM, member, ROLE)
    set_superuser(member.id, tier=tier)
    group = keep_superusers_group()
    if group is not None:
        add_member(SYSTEM, group, member)


def take_rights(member: User, *, left_at: datetime | None) -> None:
    """Take from a member, locked before, all that a superuser has.

    ``left_at`` makes a former superuser of them, in honour.
    """
    revoke_role(SYSTEM, member, ROLE)
    set_superuser(member.id, tier=0, left_at=left_at)
    group = keep_superusers_group()
    if group is not None:
        remove_member(SYSTEM, group, member.id)
