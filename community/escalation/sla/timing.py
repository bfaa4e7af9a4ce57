"""How a clock runs: time spent, time left, when to warn and when it is due. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, inf
from typing import NamedTuple

from community.escalation.calendars.business_time import (
    OpeningHours,
    add_business_minutes,
    business_minutes_between,
)

# Source: product rules 2.7.
WARN_PERCENT = 80
# Fewer say nothing about the next one.
FEWEST_MEASURED = 20


class Hours(NamedTuple):
    """Opening hours that hold up to an instant; None for those that hold now."""

    hours: OpeningHours
    until: datetime | None


@dataclass(frozen=True)
class Timing:
    """A target in business minutes, the business time spent, and since when it runs on.

    ``counting_since`` is None while the clock stands still. ``spent`` does not hold the time since.
    """

    target_minutes: int
    spent: timedelta
    counting_since: datetime | None

    @property
    def left(self) -> timedelta:
        """Return the business time that was left at ``counting_since``."""
        return timedelta(minutes=self.target_minutes) - self.spent

    @property
    def left_to_warning(self) -> timedelta:
        """Return the business time that was left to the warning at ``counting_since``."""
        return timedelta(minutes=self.target_minutes) * WARN_PERCENT / 100 - self.spent


class Marks(NamedTuple):
    """When a running clock warns and when it is due; nothing for one that stands still."""

    warn_at: datetime | None
    due_at: datetime | None


def begin(target_minutes: int, at: datetime) -> Timing:
    """Return a clock that starts."""
    return Timing(target_minutes, timedelta(0), at)


def elapse(timing: Timing, at: datetime, past: Sequence[Hours]) -> Timing:
    """Book what was spent up to an instant, by the hours that held meanwhile.

    ``past`` is what the calendar said since ``counting_since``, in order. A clock of the machine
    that was put back takes nothing back.
    """
    if timing.counting_since is None or at <= timing.counting_since:
        return timing
    since, spent = timing.counting_since, timing.spent
    for hours, until in past:
        end = at if until is None else min(until, at)
        if end > since:
            spent += timedelta(minutes=business_minutes_between(hours, since, end))
            since = end
    return replace(timing, spent=_whole_seconds(spent), counting_since=at)


def _whole_seconds(spent: timedelta) -> timedelta:
    # Down, as a deadline may be late by a second but never early.
    return timedelta(seconds=spent // timedelta(seconds=1))


def pause(timing: Timing, at: datetime, past: Sequence[Hours]) -> Timing:
    """Return a clock that stands still from now on."""
    return replace(elapse(timing, at, past), counting_since=None)


def resume(timing: Timing, at: datetime) -> Timing:
    """Return a clock that runs on."""
    return timing if timing.counting_since is not None else replace(timing, counting_since=at)


def retarget(timing: Timing, target_minutes: int, at: datetime, past: Sequence[Hours]) -> Timing:
    """Return a clock with another target; what was spent stays spent."""
    return replace(elapse(timing, at, past), target_minutes=target_minutes)


def marks_of(timing: Timing, hours: OpeningHours) -> Marks:
    """Return when a clock warns and when it is due; never before ``counting_since``."""
    since = timing.counting_since
    if since is None:
        return Marks(None, None)
    minute = timedelta(minutes=1)
    return Marks(
        add_business_minutes(hours, since, timing.left_to_warning / minute),
        add_business_minutes(hours, since, timing.left / minute),
    )


class MeasuredWait(NamedTuple):
    """What half, and nine of ten, waited for an answer; None where fewer were answered at all."""

    median_minutes: int | None
    most_minutes: int | None
    cases_count: int


def measure_waits(spans: Iterable[tuple[datetime, datetime | None]]) -> MeasuredWait | None:
    """Sum up how long was waited, from when to when; None where too few say anything.

    In minutes as they pass by everybody's clock, not in business time: that is what one waits.
    Whom nobody answered waited longer than all others.
    """
    waits = sorted(
        inf if end is None else max(0.0, (end - begin).total_seconds() / 60) for begin, end in spans
    )
    if len(waits) < FEWEST_MEASURED:
        return None
    return MeasuredWait(share_within(waits, 50), share_within(waits, 90), len(waits))


def share_within(waits: Sequence[float], percent: int) -> int | None:
    """Return the whole minutes within which so many percent were answered, of waits in order.

    None where fewer were answered at all.
    """
    wait = waits[ceil(len(waits) * percent / 100) - 1]
    return None if wait == inf else ceil(wait)
