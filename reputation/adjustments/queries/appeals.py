"""Reads of appeals: the queue by due date, one's own, and who had a part in a line."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select, union_all
from sqlalchemy.orm import aliased

from community.core.authz import Viewer, require
from community.core.db import AnyRow, AnySelect, db, lock_row
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Removal
from reputation.adjustments.models import (
    IN_REVIEW,
    OPENED,
    Adjustment,
    PointsAppeal,
)
from reputation.adjustments.policies import can_appeal, can_see_adjustments
from reputation.ledger.models import LedgerEntry

OPEN_SHOWN = 200
OWN_SHOWN = 100


class Row(NamedTuple):
    """An appeal with its line and the people it names."""

    appeal: PointsAppeal
    entry: LedgerEntry
    member: Person
    taker: Person | None


def get_own_entry(viewer: Viewer, entry_id: int) -> LedgerEntry:
    """Return a line of the viewer's own; anybody else's is not found."""
    entry = db.session.get(LedgerEntry, entry_id)
    if entry is None or not can_appeal(viewer, entry.user_id):
        raise NotFound()
    return entry


def find_appeal_of(entry_id: int) -> PointsAppeal | None:
    """Return the appeal against a line; None where there is none."""
    return db.session.scalar(select(PointsAppeal).where(PointsAppeal.entry_id == entry_id))


def list_appealed(entry_ids: Collection[int]) -> set[int]:
    """Return which of these lines were appealed against."""
    query = select(PointsAppeal.entry_id).where(PointsAppeal.entry_id.in_(entry_ids))
    return set(db.session.scalars(query)) if entry_ids else set()


def list_own_appeals(viewer: Viewer) -> list[Row]:
    """Return the viewer's own appeals, the newest first."""
    query = _rows().where(PointsAppeal.user_id == viewer.viewer_id)
    return _load(query.order_by(PointsAppeal.id.desc()).limit(OWN_SHOWN))


def get_appeal(viewer: Viewer, appeal_id: int) -> Row:
    """Return an appeal for who may answer it; raises ``NotFound``."""
    require(can_see_adjustments(viewer))
    found = _load(_rows().where(PointsAppeal.id == appeal_id))
    if not found:
        raise NotFound()
    return found[0]


def lock_appeal(appeal_id: int) -> PointsAppeal:
    """Return an appeal as it is now, locked; the member's account is locked before."""
    query = lock_row(select(PointsAppeal).where(PointsAppeal.id == appeal_id))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def find_appeal_for(adjustment_id: int) -> PointsAppeal | None:
    """Return the appeal that an adjustment answers, locked."""
    query = lock_row(select(PointsAppeal).where(PointsAppeal.adjustment_id == adjustment_id))
    return db.session.scalar(query.execution_options(populate_existing=True))


def list_open_appeals(viewer: Viewer) -> list[Row]:
    """Return appeals that wait for an answer, the most urgent first."""
    require(can_see_adjustments(viewer))
    query = _rows().where(PointsAppeal.state.in_((OPENED, IN_REVIEW)))
    return _load(query.order_by(PointsAppeal.due_at, PointsAppeal.id).limit(OPEN_SHOWN))


def page_of_decided(viewer: Viewer, cursor: Cursor | None) -> Page[Row]:
    """Return a page of answered appeals, the latest first."""
    require(can_see_adjustments(viewer))
    query = (
        _rows()
        .where(
            PointsAppeal.decided_at.is_not(None),
            before(cursor, PointsAppeal.decided_at, PointsAppeal.id),
        )
        .order_by(PointsAppeal.decided_at.desc(), PointsAppeal.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    return page_of(_load(query), lambda row: (row.appeal.decided_at, row.appeal.id))  # type: ignore[arg-type,return-value]


def _rows() -> AnySelect:
    member, taker = aliased(User), aliased(User)
    query: AnySelect = (
        select(PointsAppeal, LedgerEntry, *person_columns(member), *person_columns(taker))
        .join(LedgerEntry, LedgerEntry.id == PointsAppeal.entry_id)
        .join(member, member.id == PointsAppeal.user_id)
        .outerjoin(taker, taker.id == PointsAppeal.taken_by_id)
    )
    return query


def _load(query: AnySelect) -> list[Row]:
    return [_row(row) for row in db.session.execute(query)]


def _row(row: AnyRow) -> Row:
    member, taker = row[2 : 2 + PERSON_WIDTH], row[2 + PERSON_WIDTH :]
    person = None if taker[0] is None else Person._make(taker)
    return Row(row[0], row[1], Person._make(member), person)


def list_makers_of(entry: LedgerEntry) -> set[int]:
    """Return who had a part in a line: gave the thanks, adjusted it, or removed the post."""
    # Not compared with None: that would be every adjustment that waits.
    booked_by = [entry_id for entry_id in (entry.id, entry.reverses_id) if entry_id is not None]
    adjusted = Adjustment.entry_id.in_(booked_by)
    parts = [
        select(Adjustment.proposed_by_id).where(adjusted),
        select(Adjustment.decided_by_id).where(adjusted),
        select(Removal.actor_id).where(Removal.post_id == entry.post_id),
    ]
    found = set(db.session.scalars(union_all(*parts)))
    return {user_id for user_id in (*found, entry.giver_id) if user_id is not None}
