"""Arithmetic in business time. Pure: no database, no clock of its own.

A moment is open if a wall clock in the calendar's zone shows a time inside a span of that weekday,
on a day that is no holiday. So an hour that the clocks show twice counts twice, and one that they
leave out counts not at all. Everything is computed in UTC; the zone only says when spans begin.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
DAYS_A_WEEK = 7
# Whoever has no open minute in that long never opens.
LONGEST_CLOSED_DAYS = 750
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class NeverOpen(ValueError):
    """The calendar has no open minute within two years: nothing would ever be due."""


class Span(NamedTuple):
    """Open from one minute of the day (0 to 1439) to another (1 to 1440), which is closed again."""

    opens_minute: int
    closes_minute: int


class Interval(NamedTuple):
    """From one instant to another (UTC), which does not belong to it."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class OpeningHours:
    """When somebody works: spans by weekday (Monday first), without overlaps, and no holidays."""

    zone: ZoneInfo
    spans: tuple[tuple[Span, ...], ...]
    holidays: Container[date] = field(default=frozenset(), hash=False, compare=False)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the spans of a day; none on a holiday."""
        spans = self.spans[day.weekday()]
        return () if not spans or day in self.holidays else spans


def hours_of(
    zone: str,
    spans: Mapping[int, Sequence[tuple[int, int]]],
    holidays: Container[date] = frozenset(),
) -> OpeningHours:
    """Return opening hours from minutes of the day by weekday (0 is Monday), in any order."""
    week = (tuple(sorted(Span(*s) for s in spans.get(n, ()))) for n in range(DAYS_A_WEEK))
    return OpeningHours(ZoneInfo(zone), tuple(week), holidays)


def add_business_minutes(hours: OpeningHours, start: datetime, minutes: float) -> datetime:
    """Return the first instant (UTC) by which so many business minutes have passed since ``start``.

    Zero or less is due at once. Raises ``NeverOpen``.
    """
    left = timedelta(minutes=minutes)
    if left <= timedelta(0):
        return start.astimezone(UTC)
    for opened in open_intervals(hours, start):
        if left <= (length := opened.end - opened.start):
            return opened.start + left
        left -= length
    raise AssertionError("open intervals do not end")


def business_minutes_between(hours: OpeningHours, start: datetime, end: datetime) -> float:
    """Return how many business minutes lie between two instants; 0 if the second is earlier."""
    total, day = timedelta(0), _midnight(start)
    while day < end:
        for opened in _open_within(hours, max(day, start), min(day + DAY, end)):
            total += opened.end - opened.start
        day += DAY
    return total / timedelta(minutes=1)


def is_open(hours: OpeningHours, at: datetime) -> bool:
    """Say whether somebody works at this instant."""
    local = at.astimezone(hours.zone)
    minute = local.hour * 60 + local.minute
    spans = hours.spans_on(local.date())
    return any(span.opens_minute <= minute < span.closes_minute for span in spans)


def next_opening(hours: OpeningHours, at: datetime) -> datetime:
    """Return ``at`` itself if it is open, or else when it opens next; raises ``NeverOpen``."""
    return next(open_intervals(hours, at)).start


def open_intervals(hours: OpeningHours, start: datetime) -> Iterator[Interval]:
    """Yield the open intervals from ``start`` on, in order, without end; raises ``NeverOpen``.

    One that is open past midnight UTC comes in two that touch.
    """
    midnight, start = _midnight(start), start.astimezone(UTC)
    last_open = 0
    for number in count():
        day = midnight + number * DAY
        for opened in _open_within(hours, max(day, start), day + DAY):
            last_open = number
            yield opened
        if number - last_open > LONGEST_CLOSED_DAYS:
            raise NeverOpen(f"closed since {midnight + last_open * DAY:%Y-%m-%d}")


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _open_within(hours: OpeningHours, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield what is open of a day or less of UTC: by it, not by local days, all stays in order.

    A local day can come in two parts, with another in between: clocks that go back at one minute
    past midnight show the day before once more.
    """
    for piece in _pieces(hours.zone, start, end):
        for opened in _spans_by_clock(hours, piece.start + piece.offset, piece.end + piece.offset):
            yield Interval(opened.start - piece.offset, opened.end - piece.offset)


def _spans_by_clock(hours: OpeningHours, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield what is open between two readings of the wall clock; these are not instants of UTC."""
    day = _midnight(start)
    while day < end:
        for span in hours.spans_on(day.date()):
            opens = max(start, day + timedelta(minutes=span.opens_minute))
            closes = min(end, day + timedelta(minutes=span.closes_minute))
            if opens < closes:
                yield Interval(opens, closes)
        day += DAY


class _Piece(NamedTuple):
    """A stretch of UTC time in which the zone's offset stays the same."""

    start: datetime
    end: datetime
    offset: timedelta


def _pieces(zone: ZoneInfo, start: datetime, end: datetime) -> list[_Piece]:
    """Part a day or less where the zone's offset changes: no zone's does so twice in a day."""
    before = _offset(zone, start)
    if before == _offset(zone, end):
        return [_Piece(start, end, before)]
    borders = (start, _end_of_offset(zone, start, end), end)
    return [_Piece(a, b, _offset(zone, a)) for a, b in pairwise(borders)]


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _end_of_offset(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """Return the instant at which the offset changes: zones change at whole seconds."""
    before, first, last = _offset(zone, start), _whole(start), _whole(end) + SECOND
    while last - first > SECOND:
        middle = first + (last - first) // SECOND // 2 * SECOND
        first, last = (middle, last) if _offset(zone, middle) == before else (first, middle)
    return min(last, end)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
