"""What counts as met, missed, open and cancelled, and in which month: the one place that says so.

- **met**: the clock ended before its deadline.
- **missed**: the deadline passed, whatever came later; also one that has just passed and that the
  sweep has not seen yet.
- **open**: running or standing still, and not late.
- **cancelled**: nobody waits for it any more, and it was not late then.

The share is met ÷ (met + missed). A clock belongs to the month, as the site's zone has it, in which
it *started*: that never changes, so neither does which month a case speaks for.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_, true

from community.core.spans import Span
from community.escalation.sla.models import (
    BREACHED,
    CANCELLED,
    MET,
    PAUSED,
    TICKING,
    SlaClock,
)

MISSED, OPEN, DECIDED, ALL = "missed", "open", "decided", "all"
# What one clock can have come to.
RESULTS = (MET, MISSED, OPEN, CANCELLED)
# What a list can be asked for: also those that count for the share, and all.
SHOWN = (*RESULTS, DECIDED, ALL)


def came_to(result: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition for clocks that came to a result (one of ``SHOWN``) by now."""
    return _CONDITIONS[result](now)


def _met(_now: datetime) -> ColumnElement[bool]:
    return SlaClock.state == MET


def _missed(now: datetime) -> ColumnElement[bool]:
    return or_(SlaClock.state == BREACHED, _is_late(now))


def _is_late(now: datetime) -> ColumnElement[bool]:
    return and_(SlaClock.state.in_(TICKING), SlaClock.due_at <= now)


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(SlaClock.state.in_((*TICKING, PAUSED)), not_(_is_late(now)))


def _cancelled(_now: datetime) -> ColumnElement[bool]:
    return SlaClock.state == CANCELLED


def _decided(now: datetime) -> ColumnElement[bool]:
    return or_(_met(now), _missed(now))


_CONDITIONS: Mapping[str, Callable[[datetime], ColumnElement[bool]]] = {
    MET: _met,
    MISSED: _missed,
    OPEN: _open,
    CANCELLED: _cancelled,
    DECIDED: _decided,
    ALL: lambda _now: true(),
}


def started_in(begins_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    """Return the condition for clocks of the time from one instant up to another."""
    return and_(SlaClock.started_at >= begins_at, SlaClock.started_at < ends_at)


def started_in_span(span: Span) -> ColumnElement[bool]:
    """Return the condition for clocks of a month."""
    return started_in(span.begins_at, span.ends_at)
