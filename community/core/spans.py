"""Days, weeks and months of a time zone as instants; safe across changes of the clocks. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

DAY, WEEK, MONTH = "day", "week", "month"


class Span(NamedTuple):
    """From midnight of a day to, but without, midnight of another; both in UTC."""

    begins_on: date
    begins_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Say whether an instant lies within."""
        return self.begins_at <= moment < self.ends_at


def span_of(kind: str, moment: datetime, zone: tzinfo) -> Span:
    """Return the day, week (from Monday) or month around an instant, as the zone's clocks say."""
    return span_from(kind, moment.astimezone(zone).date(), zone)


def span_from(kind: str, day: date, zone: tzinfo) -> Span:
    """Return the day, week or month around a date of the zone."""
    if kind == MONTH:
        first = day.replace(day=1)
        return _span(first, first_of_next_month(first), zone)
    if kind == WEEK:
        monday = day - timedelta(days=day.weekday())
        return _span(monday, monday + timedelta(days=7), zone)
    return _span(day, day + timedelta(days=1), zone)


def last_months(count: int, moment: datetime, zone: tzinfo) -> Sequence[Span]:
    """Return so many months, the oldest first, the present one last."""
    months = [span_of(MONTH, moment, zone)]
    while len(months) < count:
        months.append(span_from(MONTH, months[-1].begins_on - timedelta(days=1), zone))
    return months[::-1]


def first_of_next_month(day: date) -> date:
    """Return the day on which the month after begins."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _span(first: date, after: date, zone: tzinfo) -> Span:
    return Span(first, _midnight(first, zone), _midnight(after, zone))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
