"""A clock with pauses, new targets and new office hours, against a count minute by minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.escalation.calendars.business_time import NeverOpen, OpeningHours, hours_of
from community.escalation.sla.timing import (
    Hours,
    Marks,
    Timing,
    begin,
    elapse,
    marks_of,
    pause,
    resume,
    retarget,
)
from tests.escalation.calendars.reference import MINUTE, IsOpen, open_by
from tests.escalation.calendars.weeks import ZONES, days_near, moments, weeks

LONGEST = timedelta(days=9)
PAUSE, RESUME, RETARGET, REOPEN = "pause", "resume", "retarget", "other hours"


@dataclass(frozen=True)
class Change:
    """Something that happens to a clock so many minutes after the one before."""

    what: str
    after_minutes: int
    target_minutes: int
    calendar: int


def changes() -> st.SearchStrategy[list[Change]]:
    change = st.builds(
        Change,
        st.sampled_from((PAUSE, RESUME, RETARGET, REOPEN)),
        st.integers(0, 2_000),
        st.integers(1, 3_000),
        st.integers(0, 1),
    )
    return st.lists(change, max_size=6)


def walk(
    start: datetime, target: int, plan: list[Change], calendars: list[IsOpen]
) -> datetime | None:
    """Return when a clock that looks at every minute finds that its time is up."""
    at, spent, runs, calendar = start, 0, True, 0
    waiting = list(plan)
    next_at = at + waiting[0].after_minutes * MINUTE if waiting else None
    while at < start + LONGEST:
        while next_at is not None and at >= next_at:
            change = waiting.pop(0)
            if runs and spent >= target:
                return at
            runs = {PAUSE: False, RESUME: True}.get(change.what, runs)
            target = change.target_minutes if change.what == RETARGET else target
            calendar = change.calendar if change.what == REOPEN else calendar
            next_at = next_at + waiting[0].after_minutes * MINUTE if waiting else None
        if runs and spent >= target:
            return at
        spent += runs and calendars[calendar](at)
        at += MINUTE
    return None


def reckon(
    start: datetime, target: int, plan: list[Change], calendars: list[OpeningHours]
) -> datetime | None:
    """Return when the clock is due, reckoned at its changes alone."""
    timing, calendar, at = begin(target, start), 0, start
    for change in plan:
        at += change.after_minutes * MINUTE
        due = _due(timing, calendars[calendar])
        if due is not None and due <= at:
            return due
        past = [Hours(calendars[calendar], None)]
        if change.what == PAUSE:
            timing = pause(timing, at, past)
        elif change.what == RESUME:
            timing = resume(timing, at)
        elif change.what == RETARGET:
            timing = retarget(timing, change.target_minutes, at, past)
        else:
            timing, calendar = elapse(timing, at, past), change.calendar
    return _due(timing, calendars[calendar])


def _due(timing: Timing, hours: OpeningHours) -> datetime | None:
    try:
        return marks_of(timing, hours).due_at
    except NeverOpen:
        return None


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_due_times_agree_with_a_count_by_the_minute(zone: str, data: st.DataObject) -> None:
    start, plan = data.draw(moments()), data.draw(changes())
    target = data.draw(st.integers(1, 3_000))
    said = [(data.draw(weeks()), data.draw(days_near(start))) for _ in range(2)]
    found = reckon(start, target, plan, [hours_of(zone, *one) for one in said])
    expected = walk(start, target, plan, [open_by(zone, *one) for one in said])
    if found is not None and found >= start + LONGEST:
        found = None
    assert found == expected


def test_hours_that_changed_unseen_count_from_when_they_changed() -> None:
    office = hours_of("Europe/Berlin", {day: [(540, 1020)] for day in range(5)})
    long = hours_of("Europe/Berlin", {day: [(480, 1200)] for day in range(5)})
    start = datetime.fromisoformat("2026-11-23T09:00+01:00")
    changed = start + timedelta(hours=9)
    past = [Hours(office, changed), Hours(long, None)]
    spent = elapse(begin(6_000, start), start + timedelta(hours=12), past).spent
    # Eight hours until five; then, from six when it was changed, two more until eight.
    assert spent == timedelta(hours=10)


def test_a_clock_of_the_machine_that_was_put_back_takes_nothing_back() -> None:
    hours = hours_of("Europe/Berlin", {day: [(0, 1440)] for day in range(7)})
    start = datetime.fromisoformat("2026-11-23T09:00+01:00")
    timing = elapse(begin(100, start), start + timedelta(minutes=40), [Hours(hours, None)])
    earlier = start - timedelta(hours=1)
    assert elapse(timing, earlier, [Hours(hours, None)]) == timing


def test_the_warning_comes_at_eighty_per_cent() -> None:
    hours = hours_of("Europe/Berlin", {day: [(540, 1020)] for day in range(5)})
    start = datetime.fromisoformat("2026-11-23T09:00+01:00")
    minute = timedelta(minutes=1)
    assert marks_of(begin(100, start), hours) == Marks(start + 80 * minute, start + 100 * minute)


def test_a_target_below_what_is_spent_is_due_at_once_and_never_in_the_past() -> None:
    hours = hours_of("Europe/Berlin", {day: [(540, 1020)] for day in range(5)})
    start = datetime.fromisoformat("2026-11-23T09:00+01:00")
    later = start + timedelta(hours=3)
    timing = retarget(begin(480, start), 60, later, [Hours(hours, None)])
    assert marks_of(timing, hours) == Marks(later, later)
