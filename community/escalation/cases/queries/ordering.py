"""In which order the desk shows cases, and where a page of them ends.

By time left: what is overdue longest or due first, then what is more pressing, then the oldest.
Cases without a deadline come last. The deadlines of all cases in hand are looked at, each by an
index, so the cost grows with the work there is and not with all that was ever done.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select, tuple_

from community.core.db import AnySelect, Instant
from community.escalation.cases.models import SupportCase
from community.escalation.sla.models import PRIORITIES
from community.escalation.sla.queries import nearest_due_at

TIME, PRIORITY = "time", "priority"
ORDERS = (TIME, PRIORITY)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Stands for no deadline: after all others.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)

RANK: Any = case(
    {priority: rank for rank, priority in enumerate(PRIORITIES)}, value=SupportCase.priority
)


class Place(NamedTuple):
    """Where a case stands in a list; the next page begins behind it."""

    due_at: datetime
    rank: int
    case_id: int

    def written(self) -> str:
        """Return the place as an address holds it."""
        microseconds = (self.due_at - EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}-{self.rank}-{self.case_id}"


def read_place(raw: str) -> Place | None:
    """Return the place that an address holds; None for anything else, which begins anew."""
    found = re.fullmatch(r"([0-9]{1,18})-([0-9])-([0-9]{1,9})", raw, re.ASCII)
    if found is None:
        return None
    since = timedelta(microseconds=int(found[1]))
    due_at = NEVER if since > NEVER - EPOCH else EPOCH + since
    return Place(due_at, int(found[2]), int(found[3]))


def keys_of(order: str, *conditions: ColumnElement[bool]) -> Subquery:
    """Return the cases that meet some conditions with what they are ordered by."""
    due_at = nearest_due_at(SupportCase.id) if order == TIME else None
    key = literal(NEVER, Instant()) if due_at is None else func.coalesce(due_at, NEVER)
    found = select(SupportCase.id.label("id"), RANK.label("rank"), key.label("due_at")).where(
        *conditions
    )
    return found.subquery()


def in_order(query: AnySelect, keys: Subquery, after: Place | None) -> AnySelect:
    """Return a query of cases, joined with their keys, in order, from behind a place on."""
    columns = keys.c.due_at, keys.c.rank, keys.c.id
    if after is not None:
        given = literal(after.due_at, Instant()), literal(after.rank), literal(after.case_id)
        query = query.where(tuple_(*columns) > tuple_(*given))
    return query.order_by(*columns)
