"""Business time counted minute by minute: slow, and too plain to be wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)

Week = Mapping[int, Sequence[tuple[int, int]]]
IsOpen = Callable[[datetime], bool]


def open_by(zone: str, week: Week, holidays: frozenset[date] = frozenset()) -> IsOpen:
    """Return what tells whether the minute that begins at an instant is open."""

    def is_open(at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        return local.date() not in holidays and any(
            opens <= minute < closes for opens, closes in week.get(local.weekday(), ())
        )

    return is_open


def count_minutes(counts: IsOpen, start: datetime, end: datetime) -> int:
    """Count the minutes from one whole minute to another that count."""
    total, at = 0, start
    while at < end:
        total += counts(at)
        at += MINUTE
    return total


def walk_minutes(counts: IsOpen, start: datetime, minutes: int) -> datetime:
    """Walk until so many minutes have counted."""
    at = start.astimezone(UTC)
    while minutes > 0:
        minutes -= counts(at)
        at += MINUTE
    return at
