"""Days off from an iCalendar file: whole-day events, also those that come again. Pure.

Source: RFC 5545 §3.6.1 (an event of dates covers whole days, DTEND excluded), §3.8.5.3 (RRULE).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar

LARGEST_FILE_BYTES = 512 * 1024
MOST_EVENTS = 2_000
MOST_DAYS = 2_000
LONGEST_EVENT_DAYS = 60
# Files of holidays name some years; an endless rule is followed that far.
YEARS_AHEAD = 5
# More often than this nothing comes again that is a holiday.
FREQUENCIES = frozenset({"YEARLY", "MONTHLY", "WEEKLY"})
TIMES = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
MOST_RULES = 200
# Holidays older than that are named anew each year.
EARLIEST = date(1900, 1, 1)


class UnreadableFile(ValueError):
    """This is no iCalendar file with whole-day events that could be read."""


def read_days(raw: bytes, today: date) -> dict[date, str]:
    """Return the days of a file from this year on with their names; raises ``UnreadableFile``."""
    if len(raw) > LARGEST_FILE_BYTES:
        raise UnreadableFile("too large")
    first, last = date(today.year, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    found: dict[date, str] = {}
    for event in _events(raw):
        for day in _days_of(event, first, last):
            found.setdefault(day, " ".join(str(event.get("SUMMARY", "")).split()))
            if len(found) > MOST_DAYS:
                raise UnreadableFile("too many days")
    return dict(sorted(found.items()))


def _events(raw: bytes) -> list[Any]:
    try:
        calendars = Calendar.from_ical(raw, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile("no iCalendar file") from error
    if not events or len(events) > MOST_EVENTS:
        raise UnreadableFile("no events, or too many")
    if sum("RRULE" in event for event in events) > MOST_RULES:
        raise UnreadableFile("too many rules")
    return events


def _days_of(event: Any, first: date, last: date) -> Iterator[date]:
    start = _date_of(event, "DTSTART")
    if start is None or start < EARLIEST or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    length = _length(event, start)
    for begins in _starts(event, start, first - timedelta(days=length), last):
        for number in range(length):
            if first <= (day := begins + timedelta(days=number)) <= last:
                yield day


def _date_of(event: Any, name: str) -> date | None:
    """Return a property's date; None for one that names a time: that is no whole day."""
    value = getattr(event.get(name), "dt", None)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _length(event: Any, start: date) -> int:
    end, duration = _date_of(event, "DTEND"), getattr(event.get("DURATION"), "dt", None)
    if end is not None:
        days = (end - start).days
    else:
        days = duration.days if isinstance(duration, timedelta) else 1
    return min(max(1, days), LONGEST_EVENT_DAYS)


def _starts(event: Any, start: date, first: date, last: date) -> Iterator[date]:
    if "RRULE" not in event:
        yield start
        return
    rule, count = _rule(event, last)
    left_out, beginning = _left_out(event), datetime.combine(start, time())
    try:
        for moment in islice(rrulestr(rule, dtstart=beginning), count):
            if moment.date() >= first and moment.date() not in left_out:
                yield moment.date()
    except (ValueError, TypeError) as error:
        raise UnreadableFile("a rule that cannot be read") from error


def _rule(event: Any, last: date) -> tuple[str, int | None]:
    """Return a rule that ends by ``last``, and how often it holds at most.

    One that never holds ("the 30th of February") would be followed to the year 9999, one by the
    second for ever; and an interval of nothing is none.
    """
    rule = event["RRULE"]
    if isinstance(rule, list):
        raise UnreadableFile("more than one rule")
    parts = dict(part.split("=", 1) for part in rule.to_ical().decode().upper().split(";"))
    if parts.get("FREQ") not in FREQUENCIES or not parts.get("INTERVAL", "1").strip("0"):
        raise UnreadableFile("a rule that is none of holidays")
    if not TIMES.isdisjoint(parts):
        raise UnreadableFile("a rule that is none of holidays")
    count = parts.pop("COUNT", None)
    # Its beginning is a date, so its end is one too.
    parts["UNTIL"] = min(parts.get("UNTIL", "9")[:8], f"{last:%Y%m%d}")
    ends = None if count is None else int(count)
    return ";".join(f"{name}={value}" for name, value in parts.items()), ends


def _left_out(event: Any) -> set[date]:
    lists = event.get("EXDATE", [])
    lists = lists if isinstance(lists, list) else [lists]
    days = (moment.dt for one in lists for moment in getattr(one, "dts", ()))
    return {day.date() if isinstance(day, datetime) else day for day in days}
