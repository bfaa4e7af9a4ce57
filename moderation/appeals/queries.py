"""Reads of appeals, by decision and by member."""

from collections.abc import Collection

from sqlalchemy import select

from community.core.db import db, lock_row
from community.core.errors import NotFound
from moderation.appeals.models import DecisionAppeal

SOURCE = "appeal:"


def find_appeal_of(statement_id: int) -> DecisionAppeal | None:
    """Return the appeal against a decision, as stored now."""
    query = select(DecisionAppeal).where(DecisionAppeal.statement_id == statement_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def appeals_of(statement_ids: Collection[int]) -> dict[int, DecisionAppeal]:
    """Return the appeals against these decisions, by decision."""
    query = select(DecisionAppeal).where(DecisionAppeal.statement_id.in_(statement_ids))
    return {appeal.statement_id: appeal for appeal in db.session.scalars(query)}


def lock_appeal(appeal_id: int) -> DecisionAppeal:
    """Return an appeal as it is now, locked; raises ``NotFound``."""
    query = lock_row(select(DecisionAppeal).where(DecisionAppeal.id == appeal_id))
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


def get_appeal_of_source(source: str) -> DecisionAppeal:
    """Return the appeal a case is about ("appeal:7"); raises ``NotFound``."""
    number = source.removeprefix(SOURCE)
    found = db.session.get(DecisionAppeal, int(number)) if number.isdigit() else None
    if found is None:
        raise NotFound()
    return found
