"""When a number of working days is over: weekends, holidays, and days with a changed clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reputation.adjustments.working_days import end_of_working_day

BERLIN = ZoneInfo("Europe/Berlin")


def end(begin: str, number: int, zone: ZoneInfo = BERLIN, holidays: tuple[str, ...] = ()) -> str:
    days = [date.fromisoformat(day) for day in holidays]
    instant = datetime.fromisoformat(begin)
    return end_of_working_day(instant, number, zone, days).isoformat()


def test_ten_working_days_are_two_weeks():
    assert end("2026-11-23T09:00+01:00", 10) == "2026-12-07T23:00:00+00:00"


@pytest.mark.parametrize(
    ("begin", "ends"),
    [
        ("2026-11-20T12:00+01:00", "2026-11-23T23:00:00+00:00"),
        ("2026-11-21T12:00+01:00", "2026-11-23T23:00:00+00:00"),
        ("2026-11-22T12:00+01:00", "2026-11-23T23:00:00+00:00"),
        ("2026-11-23T12:00+01:00", "2026-11-24T23:00:00+00:00"),
    ],
)
def test_weekends_do_not_count_and_neither_does_the_day_itself(begin, ends):
    assert end(begin, 1) == ends


def test_holidays_do_not_count():
    christmas = ("2026-12-24", "2026-12-25")
    assert end("2026-12-23T12:00+01:00", 1, holidays=christmas) == "2026-12-28T23:00:00+00:00"


def test_a_holiday_at_a_weekend_is_not_counted_twice():
    assert end("2026-12-24T12:00+01:00", 2, holidays=("2026-12-26",)) == end(
        "2026-12-24T12:00+01:00", 2
    )


def test_the_day_is_that_of_the_site():
    """Late in the evening in UTC it is the next day in Berlin, a Saturday there."""
    assert end("2026-11-20T23:30+00:00", 1) == "2026-11-23T23:00:00+00:00"
    assert end("2026-11-20T23:30+00:00", 1, ZoneInfo("UTC")) == "2026-11-24T00:00:00+00:00"


def test_the_end_follows_a_changed_clock():
    """Clocks go back on the last Sunday of October: days end at 22 UTC before it, at 23 after."""
    assert end("2026-10-22T12:00+02:00", 1) == "2026-10-23T22:00:00+00:00"
    assert end("2026-10-22T12:00+02:00", 2) == "2026-10-26T23:00:00+00:00"


def test_the_end_is_in_utc():
    begin = datetime(2026, 11, 23, 9, tzinfo=BERLIN)
    assert end_of_working_day(begin, 3, BERLIN).tzinfo is UTC
