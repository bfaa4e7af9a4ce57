"""Badges, who holds them, and which ones somebody holds. Nothing here tells of any post."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from reputation.badges.badge_rules import Standing
from reputation.badges.models import Badge, BadgeGrant


class Held(NamedTuple):
    """A badge somebody holds: how often, and since when they have the newest of them."""

    badge: Badge
    times: int
    granted_at: datetime


class Holder(NamedTuple):
    """A grant that stands; ``reason`` is what a person wrote who granted it, "" from a rule."""

    grant_id: int
    number: int
    granted_at: datetime
    reason: str
    is_by_hand: bool
    person: Person


def list_badges() -> Sequence[Badge]:
    """Return all badges in the order in which they were made."""
    return db.session.scalars(select(Badge).order_by(Badge.id)).all()


def get_badge(badge_id: int) -> Badge:
    """Return a badge; raises ``NotFound``."""
    badge = db.session.get(Badge, badge_id)
    if badge is None:
        raise NotFound()
    return badge


def is_key_taken(key: str) -> bool:
    """Say whether a badge has this key."""
    return db.session.scalar(select(Badge.id).where(Badge.key == key)) is not None


def badges_of(user_id: int) -> list[Held]:
    """Return the badges a member holds, the newest first."""
    newest = func.max(BadgeGrant.granted_at)
    held = (
        select(
            BadgeGrant.badge_id,
            func.count(BadgeGrant.id).label("times"),
            newest.label("granted_at"),
        )
        .where(BadgeGrant.user_id == user_id, BadgeGrant.revoked_at.is_(None))
        .group_by(BadgeGrant.badge_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Badge, held.c.times, held.c.granted_at)
        .join(held, held.c.badge_id == Badge.id)
        .order_by(held.c.granted_at.desc(), Badge.id)
    )
    return [Held(*row) for row in rows]


def list_held_ids(user_id: int) -> set[int]:
    """Return the ids of the badges a member holds."""
    query = select(BadgeGrant.badge_id).where(
        BadgeGrant.user_id == user_id, BadgeGrant.revoked_at.is_(None)
    )
    return set(db.session.scalars(query.distinct()))


def page_of_holders(badge_id: int, cursor: Cursor | None) -> Page[Holder]:
    """Return a page of the grants of a badge that stand, the newest first; of open accounts."""
    rows: Any = db.session.execute(
        select(
            BadgeGrant.id,
            BadgeGrant.number,
            BadgeGrant.granted_at,
            BadgeGrant.reason,
            BadgeGrant.granted_by_id.is_not(None),
            *person_columns(),
        )
        .join(User, User.id == BadgeGrant.user_id)
        .where(
            BadgeGrant.badge_id == badge_id,
            BadgeGrant.revoked_at.is_(None),
            User.active.is_(True),
            before(cursor, BadgeGrant.granted_at, BadgeGrant.id),
        )
        .order_by(BadgeGrant.granted_at.desc(), BadgeGrant.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    found = [Holder._make((*row[:-PERSON_WIDTH], Person(*row[-PERSON_WIDTH:]))) for row in rows]
    return page_of(found, lambda holder: (holder.granted_at, holder.grant_id))


def list_grants(user_ids: Collection[int]) -> dict[tuple[int, int], list[Standing]]:
    """Return all grants of these members by member and badge, those taken back too."""
    rows = db.session.execute(
        select(BadgeGrant)
        .where(BadgeGrant.user_id.in_(user_ids))
        .order_by(BadgeGrant.id)
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[int, int], list[Standing]] = {}
    for (grant,) in rows:
        found.setdefault((grant.user_id, grant.badge_id), []).append(
            Standing(
                grant.id,
                grant.number,
                grant.revoked_at is None,
                grant.granted_by_id is not None,
                grant.revoked_by_id is not None,
            )
        )
    return found
