"""Changes of one clock, each with its event; the clock's row is locked."""

from datetime import datetime

from community.core.db import db
from community.core.jobs import emit
from community.escalation.calendars.business_time import OpeningHours
from community.escalation.sla.models import (
    BREACHED,
    CANCELLED,
    MET,
    PAUSED,
    RUNNING,
    TICKING,
    WARNED,
    SlaClock,
    SlaEvent,
)
from community.escalation.sla.queries import hours_since, present_hours
from community.escalation.sla.timing import Timing, elapse, marks_of
from community.events.deadlines import ClockBreached, ClockMet


def note(
    clock: SlaClock,
    what: str,
    at: datetime,
    *,
    reason: str = "",
    due_before: datetime | None = None,
) -> None:
    """Write down what happened to a clock, and what holds from then on."""
    db.session.add(
        SlaEvent(
            case_id=clock.case_id,
            clock_id=clock.id,
            at=at,
            what=what,
            reason=reason,
            state=clock.state,
            step=clock.step,
            due_before=due_before,
            due_at=clock.due_at,
            target_minutes=clock.target_minutes,
            spent_seconds=clock.spent_seconds,
            policy_id=clock.policy_id,
            policy_version=clock.policy_version,
            calendar_id=clock.calendar_id,
            calendar_version=clock.calendar_version,
        )
    )


def is_missed(clock: SlaClock, at: datetime) -> bool:
    """Say whether a clock ran past its deadline, which the sweep may not have seen yet."""
    return clock.state in TICKING and clock.due_at is not None and clock.due_at <= at


def elapsed(clock: SlaClock, at: datetime) -> Timing:
    """Return how a clock stands at an instant, reckoned by the hours that held meanwhile."""
    return elapse(clock.timing, at, hours_since(clock.calendar_id, clock.calendar_version))


def set_timing(clock: SlaClock, timing: Timing, hours: OpeningHours) -> None:
    """Put a clock that can still be kept to where its timing has it."""
    clock.target_minutes = timing.target_minutes
    clock.spent_seconds = int(timing.spent.total_seconds())
    clock.counting_since = timing.counting_since
    clock.warn_at, clock.due_at = marks_of(timing, hours)
    if clock.due_at is None or clock.warn_at is None:
        clock.state, clock.next_at = PAUSED, None
        return
    if clock.warned_at is not None and timing.left_to_warning.total_seconds() > 0:
        clock.warned_at = None
    clock.state = RUNNING if clock.warned_at is None else WARNED
    clock.next_at = clock.due_at if clock.warned_at is not None else clock.warn_at


def end_in_time_or_late(clock: SlaClock, at: datetime, reason: str) -> None:
    """Note that what a clock measures has come: in time, or after the deadline."""
    if is_missed(clock, at):
        breach(clock, at, told=None, step=0)
    timing = elapsed(clock, at)
    clock.spent_seconds = int(timing.spent.total_seconds())
    if clock.state != BREACHED:
        clock.state = MET
    _end(clock, at)
    note(clock, "met" if clock.state == MET else "late", at, reason=reason)
    if clock.state == MET:
        emit(ClockMet(clock.case_id, clock.id))


def cancel(clock: SlaClock, at: datetime, reason: str) -> None:
    """Note that nobody waits for what a clock measures; a missed deadline stays missed."""
    if is_missed(clock, at):
        breach(clock, at, told=None, step=0)
    if clock.state != BREACHED:
        clock.state = CANCELLED
    _end(clock, at)
    note(clock, "cancelled", at, reason=reason)


def _end(clock: SlaClock, at: datetime) -> None:
    clock.ended_at, clock.next_at, clock.counting_since = at, None, None


def breach(clock: SlaClock, at: datetime, *, told: int | None, step: int) -> None:
    """Note that a deadline was missed, and tell of it."""
    clock.state, clock.step = BREACHED, step
    clock.breached_at = clock.due_at
    note(clock, "breached", at)
    emit(ClockBreached(clock.case_id, clock.id, step, told))


def hours_of_clock(clock: SlaClock) -> OpeningHours:
    """Return what a clock's calendar says now."""
    return present_hours(clock.calendar_id)
