"""Working days: Monday to Friday without the operator's holidays. Pure."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

SATURDAY = 5


def end_of_working_day(
    begin: datetime, number: int, zone: ZoneInfo, holidays: Collection[date] = ()
) -> datetime:
    """Return when the n-th working day after that of ``begin`` ends in the zone.

    The day itself does not count. The end is the first instant of the next day there, so a day on
    which clocks are changed is as long as it is.
    """
    first = begin.astimezone(zone).date()
    last = next(islice(_working_days_after(first, holidays), number - 1, None))
    midnight = datetime.combine(last + timedelta(days=1), time(), zone)
    return midnight.astimezone(UTC)


def _working_days_after(day: date, holidays: Collection[date]) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            yield day
