"""People and memberships at each station of the scheme, made by its own operations."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.identity.models import Group, GroupMember, User
from reputation.superusers.agreements import IN_FORCE
from reputation.superusers.models import SuperuserMembership
from reputation.superusers.operations import joining
from reputation.superusers.queries import get_last_membership
from tests.factories.community import load_user, make_user

MOTIVE = "I answer questions here every day and would like to do more."


def make_applicant(name: str | None = None, **values: Any) -> User:
    """Make a member with the standing to apply."""
    return make_user(name, **{"points": 1_000, **values})


def apply_as(user: User) -> SuperuserMembership:
    """Apply."""
    with transaction():
        joining.apply(user, MOTIVE, "Roaming, eSIM")
    return last_of(user)


def invited(user: User, by: User | None = None, note: str = "") -> SuperuserMembership:
    """Invite a member."""
    actor = by or make_user(role="moderator")
    with transaction():
        joining.invite(actor, user, note)
    return last_of(user)


def make_superuser(name: str | None = None, **values: Any) -> User:
    """Make somebody who was invited and accepted the agreement."""
    user = make_user(name, **values)
    invited(user)
    with transaction():
        joining.accept_agreement(user, IN_FORCE, "en")
    return load_user(user.id)


def last_of(user: User) -> SuperuserMembership:
    """Return a member's newest membership as the database has it."""
    with transaction():
        membership = get_last_membership(user.id)
    assert membership is not None
    return membership


def set_dates(membership: SuperuserMembership, **dates: datetime) -> None:
    """Move a membership in time."""
    with transaction():
        db.session.execute(
            update(SuperuserMembership)
            .where(SuperuserMembership.id == membership.id)
            .values(**dates)
        )


def deeds(user: User) -> list[str]:
    """Return what the audit log says of somebody, in order."""
    with transaction():
        query = select(AuditEntry.action).where(
            AuditEntry.subject_type == "user", AuditEntry.subject_id == user.id
        )
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def is_in_group(user: User, slug: str = "superusers") -> bool:
    """Say whether somebody belongs to a group."""
    with transaction():
        query = (
            select(GroupMember.id)
            .join(Group, Group.id == GroupMember.group_id)
            .where(GroupMember.user_id == user.id, Group.slug == slug)
        )
        return db.session.scalar(query) is not None
