"""When periods and months begin and end, as the site's clocks say. Pure.

A period begins at midnight of the first day of certain months, 1 June and 1 December unless the
operator says otherwise, and ends where the next one begins. Source: product rules 2.5.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from community.core.spans import MONTH, Span, first_of_next_month, span_from

SATURDAY = 5
# A statement is on its page on this business day of the month after, at the latest.
POSTED_BY_BUSINESS_DAY = 5


def border_months(setting: str) -> tuple[int, ...]:
    """Read the months with which periods begin: "6,12"; raises ``ValueError`` on anything else."""
    months = sorted({int(part) for part in setting.split(",")})
    if not months or not 1 <= months[0] <= months[-1] <= 12:
        raise ValueError(setting)
    return tuple(months)


def period_around(moment: datetime, zone: tzinfo, borders: Collection[int]) -> Span:
    """Return the period an instant falls into."""
    first = moment.astimezone(zone).date().replace(day=1)
    while first.month not in borders:
        first = _month_before(first)
    after = first_of_next_month(first)
    while after.month not in borders:
        after = first_of_next_month(after)
    return Span(first, span_from(MONTH, first, zone).begins_at, _begin_of(after, zone))


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _begin_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def months_of(begins_at: datetime, ends_at: datetime, zone: tzinfo) -> Sequence[Span]:
    """Return the months of a period, the oldest first; they cover it without gap or overlap.

    The first and the last one may be cut: a first period begins on any day, and borders do not
    move when an operator changes the zone in between.
    """
    months: list[Span] = []
    month = span_from(MONTH, begins_at.astimezone(zone).date(), zone)
    while month.begins_at < ends_at:
        cut = Span(month.begins_on, max(month.begins_at, begins_at), min(month.ends_at, ends_at))
        months.append(cut)
        month = span_from(MONTH, first_of_next_month(month.begins_on), zone)
    return months


def business_day(first: date, number: int) -> date:
    """Return the n-th day from ``first`` on that is no weekend; holidays differ and are days."""
    day = first
    while True:
        if day.weekday() < SATURDAY:
            number -= 1
        if number == 0:
            return day
        day += timedelta(days=1)


def local_midnight_after(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the midnight in the zone so many days after the day of an instant."""
    day = moment.astimezone(zone).date() + timedelta(days=days)
    return _begin_of(day, zone)
