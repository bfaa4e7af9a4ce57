"""Quiet hours and periods by the clock on the wall, over changes of summer time as well."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from community.notifications.hours import (
    QuietHours,
    end_of_quiet,
    length_of,
    period_at,
    period_due,
    zone_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(22 * 60, 7 * 60, BERLIN)


def at(text, zone=UTC, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-22 21:59", None),
        ("2026-11-22 22:00", "2026-11-23 07:00"),
        ("2026-11-22 23:30", "2026-11-23 07:00"),
        ("2026-11-23 00:00", "2026-11-23 07:00"),
        ("2026-11-23 06:59", "2026-11-23 07:00"),
        ("2026-11-23 07:00", None),
        ("2026-12-31 23:00", "2027-01-01 07:00"),
        # The nights in which the clock changes: one hour shorter, one longer.
        ("2026-03-28 23:00", "2026-03-29 07:00"),
        ("2026-10-24 23:00", "2026-10-25 07:00"),
    ],
)
def test_a_night_is_quiet_until_its_end(now, end):
    expected = None if end is None else at(end, BERLIN)
    assert end_of_quiet(NIGHT, at(now, BERLIN)) == expected


def test_a_night_of_summer_time_is_an_hour_shorter_and_one_of_winter_time_longer():
    spring, autumn = at("2026-03-28 22:00", BERLIN), at("2026-10-24 22:00", BERLIN)
    assert end_of_quiet(NIGHT, spring) - spring == at("2026-01-01 08:00") - at("2026-01-01 00:00")
    assert end_of_quiet(NIGHT, autumn) - autumn == at("2026-01-01 10:00") - at("2026-01-01 00:00")


def test_an_end_in_the_hour_that_is_left_out_comes_after_it():
    hours = QuietHours(22 * 60, 2 * 60 + 30, BERLIN)
    assert end_of_quiet(hours, at("2026-03-29 01:30", BERLIN)) == at("2026-03-29 03:30", BERLIN)
    assert end_of_quiet(hours, at("2026-03-29 03:00", BERLIN)) is None


def test_in_the_hour_that_comes_twice_it_ends_twice():
    hours = QuietHours(22 * 60, 2 * 60 + 30, BERLIN)
    first = at("2026-10-25 02:30", BERLIN, fold=0)
    assert end_of_quiet(hours, at("2026-10-25 01:00", BERLIN)) == first
    again = at("2026-10-25 02:10", BERLIN, fold=1)
    assert end_of_quiet(hours, again) == at("2026-10-25 02:30", BERLIN, fold=1)


def test_quiet_hours_may_lie_within_a_day():
    hours = QuietHours(12 * 60, 13 * 60 + 30, BERLIN)
    assert end_of_quiet(hours, at("2026-11-22 12:30", BERLIN)) == at("2026-11-22 13:30", BERLIN)
    assert end_of_quiet(hours, at("2026-11-22 11:59", BERLIN)) is None
    assert end_of_quiet(hours, at("2026-11-22 13:30", BERLIN)) is None


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"])
def test_the_readers_own_clock_counts(zone):
    hours = NIGHT._replace(zone=ZoneInfo(zone))
    now = at("2026-11-22 23:00", ZoneInfo(zone))
    assert end_of_quiet(hours, now) == at("2026-11-23 07:00", ZoneInfo(zone))


@pytest.mark.parametrize(
    ("frequency", "now", "period"),
    [
        ("daily", "2026-11-22 07:59", None),
        ("daily", "2026-11-22 08:00", "2026-11-22"),
        ("daily", "2026-11-22 20:59", "2026-11-22"),
        ("daily", "2026-11-22 21:00", None),
        ("weekly", "2026-11-22 08:00", None),
        ("weekly", "2026-11-23 07:59", None),
        ("weekly", "2026-11-23 08:00", "2026-W48"),
        ("weekly", "2026-11-24 20:00", "2026-W48"),
        ("weekly", "2026-11-25 08:00", None),
        ("weekly", "2024-12-30 09:00", "2025-W01"),
    ],
)
def test_digests_are_due_in_the_morning(frequency, now, period):
    assert period_due(frequency, BERLIN, at(now, BERLIN)) == period


def test_a_period_is_a_day_or_a_week():
    day = at("2026-11-22 12:00").date()
    assert length_of(period_at("daily", day)).days == 1
    assert length_of(period_at("weekly", day)).days == 7


@pytest.mark.parametrize("name", [None, "", "Mars/Olympus", "../../etc/passwd", "\x00"])
def test_a_zone_that_is_none_is_the_default(name):
    assert zone_of(name, "Europe/Berlin") == BERLIN
    assert zone_of(name, "Mars/Olympus") == ZoneInfo("UTC")
