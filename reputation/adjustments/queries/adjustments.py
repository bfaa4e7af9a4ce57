"""Reads of adjustments: what waits, what was decided, and the reasons that members read."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from community.core.authz import Viewer, require
from community.core.db import AnyRow, AnySelect, db, lock_row
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.identity.queries import people_named
from reputation.adjustments.models import BOOKED, PROPOSED, REFUSED, Adjustment
from reputation.adjustments.policies import can_see_adjustments

WAITING_SHOWN = 100
OF_MEMBER_SHOWN = 50


class Row(NamedTuple):
    """An adjustment with the people it names; ``decider`` is None while it waits."""

    adjustment: Adjustment
    member: Person
    proposer: Person
    decider: Person | None


def get_adjustment(viewer: Viewer, adjustment_id: int) -> Adjustment:
    """Return an adjustment; raises ``NotFound``."""
    require(can_see_adjustments(viewer))
    adjustment = db.session.get(Adjustment, adjustment_id)
    if adjustment is None:
        raise NotFound()
    return adjustment


def lock_adjustment(adjustment_id: int) -> Adjustment:
    """Return an adjustment as it is now, locked; the member's account is locked before."""
    query = lock_row(select(Adjustment).where(Adjustment.id == adjustment_id))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def list_waiting(viewer: Viewer) -> list[Row]:
    """Return adjustments that wait for a second person, the oldest first."""
    require(can_see_adjustments(viewer))
    query = _rows().where(Adjustment.state == PROPOSED).order_by(Adjustment.id)
    return _load(query.limit(WAITING_SHOWN))


def page_of_adjustments(viewer: Viewer, cursor: Cursor | None) -> Page[Row]:
    """Return a page of what was proposed, the newest first."""
    require(can_see_adjustments(viewer))
    query = (
        _rows()
        .where(before(cursor, Adjustment.proposed_at, Adjustment.id))
        .order_by(Adjustment.proposed_at.desc(), Adjustment.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    return page_of(_load(query), lambda row: (row.adjustment.proposed_at, row.adjustment.id))


def list_adjustments_of(viewer: Viewer, user_id: int) -> list[Row]:
    """Return the latest adjustments of one member, the newest first."""
    require(can_see_adjustments(viewer))
    query = _rows().where(Adjustment.user_id == user_id).order_by(Adjustment.id.desc())
    return _load(query.limit(OF_MEMBER_SHOWN))


def get_adjustment_row(viewer: Viewer, adjustment_id: int) -> Row:
    """Return one adjustment with its people; raises ``NotFound``."""
    require(can_see_adjustments(viewer))
    found = _load(_rows().where(Adjustment.id == adjustment_id))
    if not found:
        raise NotFound()
    return found[0]


def find_member(viewer: Viewer, name: str) -> int | None:
    """Return who goes by this display name, whatever its case; None where nobody does."""
    require(can_see_adjustments(viewer))
    return db.session.scalar(select(User.id).where(User.id.in_(people_named([name]))))


def get_member(viewer: Viewer, user_id: int) -> Person:
    """Return a member as pages show them; raises ``NotFound``."""
    require(can_see_adjustments(viewer))
    row = db.session.execute(select(*person_columns()).where(User.id == user_id)).one_or_none()
    if row is None:
        raise NotFound()
    return Person._make(row)


def _rows() -> AnySelect:
    member, proposer, decider = aliased(User), aliased(User), aliased(User)
    people = (*person_columns(member), *person_columns(proposer), *person_columns(decider))
    query: AnySelect = (
        select(Adjustment, *people)
        .join(member, member.id == Adjustment.user_id)
        .join(proposer, proposer.id == Adjustment.proposed_by_id)
        .outerjoin(decider, decider.id == Adjustment.decided_by_id)
    )
    return query


def _load(query: AnySelect) -> list[Row]:
    return [_row(row) for row in db.session.execute(query)]


def _row(row: AnyRow) -> Row:
    first, second, third = (row[1 + PERSON_WIDTH * n :][:PERSON_WIDTH] for n in range(3))
    decider = None if third[0] is None else Person._make(third)
    return Row(row[0], Person._make(first), Person._make(second), decider)


def sum_booked_alone(actor_id: int, user_id: int, currency: str, since: datetime) -> int:
    """Return how many points somebody adjusted without a second person, gains and losses alike."""
    query = select(func.sum(func.abs(Adjustment.amount))).where(
        Adjustment.user_id == user_id,
        Adjustment.currency == currency,
        Adjustment.state == BOOKED,
        Adjustment.proposed_by_id == actor_id,
        Adjustment.decided_by_id == actor_id,
        Adjustment.proposed_at > since,
    )
    return int(db.session.scalar(query) or 0)


def get_undoing(adjustment_id: int) -> Adjustment | None:
    """Return the adjustment that takes this one back, or is proposed to."""
    return db.session.scalar(
        select(Adjustment).where(_undoes(adjustment_id), Adjustment.state != REFUSED)
    )


def _undoes(adjustment_id: int) -> ColumnElement[bool]:
    return Adjustment.undoes_id == adjustment_id


def reasons_of(entry_ids: Collection[int]) -> Mapping[int, str]:
    """Return the reasons of adjustments by the entries that book them, for their owner to read.

    The caller has checked whose entries these are.
    """
    if not entry_ids:
        return {}
    query = select(Adjustment.entry_id, Adjustment.reason)
    rows = db.session.execute(query.where(Adjustment.entry_id.in_(entry_ids)))
    return {row[0]: row[1] for row in rows if row[0] is not None}
