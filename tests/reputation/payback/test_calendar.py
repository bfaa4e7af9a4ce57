"""Borders of periods and months in the site's zone, whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reputation.payback.calendar import (
    border_months,
    business_day,
    local_midnight_after,
    months_of,
    period_around,
)

BERLIN = ZoneInfo("Europe/Berlin")
HALF_YEARS = (6, 12)
# Summer time on both halves of the earth, clocks that change at midnight, odd offsets, the ends of
# the world, and a day that never was (Samoa, 30 December 2011).
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"),
    *("Asia/Beirut", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "America/Asuncion"),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.integers(0, 60 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
borders = st.sets(st.integers(1, 12), min_size=1, max_size=4)


def test_borders_are_local_midnight_in_winter_and_in_summer() -> None:
    summer = period_around(datetime(2026, 8, 1, tzinfo=UTC), BERLIN, HALF_YEARS)
    assert summer.begins_on == date(2026, 6, 1)
    assert summer.begins_at == datetime(2026, 5, 31, 22, tzinfo=UTC)
    assert summer.ends_at == datetime(2026, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "begins_on"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 11, 30, 23, 0, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 5, 31, 21, 59, 59, tzinfo=UTC), date(2025, 12, 1)),
        (datetime(2026, 5, 31, 22, 0, 0, tzinfo=UTC), date(2026, 6, 1)),
    ],
)
def test_the_last_second_belongs_to_the_period_before(moment: datetime, begins_on: date) -> None:
    assert period_around(moment, BERLIN, HALF_YEARS).begins_on == begins_on


@given(moments, zones, borders)
@example(datetime(2018, 11, 4, 2, tzinfo=UTC), ZoneInfo("America/Sao_Paulo"), {11})
def test_an_instant_lies_in_one_period_and_the_next_begins_where_it_ends(
    moment: datetime, zone: ZoneInfo, months: set[int]
) -> None:
    period = period_around(moment, zone, months)
    assert period.holds(moment)
    after = period_around(period.ends_at, zone, months)
    assert after.begins_at == period.ends_at
    assert period_around(period.begins_at, zone, months) == period
    before = period_around(period.begins_at - timedelta(microseconds=1), zone, months)
    assert before.ends_at == period.begins_at


@given(moments, zones, borders, st.floats(0, 1))
def test_months_cover_a_period_without_gap_or_overlap(
    moment: datetime, zone: ZoneInfo, borders: set[int], cut: float
) -> None:
    period = period_around(moment, zone, borders)
    begins_at = period.begins_at + (period.ends_at - period.begins_at) * (cut * 0.99)
    months = months_of(begins_at, period.ends_at, zone)
    assert months[0].begins_at == begins_at
    assert months[-1].ends_at == period.ends_at
    for one, after in pairwise(months):
        assert one.ends_at == after.begins_at
        assert one.begins_on < after.begins_on
    assert all(month.begins_at < month.ends_at for month in months)


def test_half_a_year_has_six_months() -> None:
    period = period_around(datetime(2026, 11, 22, tzinfo=UTC), BERLIN, HALF_YEARS)
    months = months_of(period.begins_at, period.ends_at, BERLIN)
    assert [month.begins_on.month for month in months] == [6, 7, 8, 9, 10, 11]


def test_business_days_leave_weekends_out() -> None:
    assert business_day(date(2026, 11, 1), 1) == date(2026, 11, 2)
    assert business_day(date(2026, 11, 1), 5) == date(2026, 11, 6)
    assert business_day(date(2026, 12, 1), 5) == date(2026, 12, 7)


def test_days_are_counted_by_the_zone_across_a_change_of_the_clocks() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert local_midnight_after(before, 2, BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert local_midnight_after(before, 1, BERLIN) == datetime(2026, 3, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize("setting", ["", "0", "13", "june", "6,13", "6;12"])
def test_odd_borders_are_refused(setting: str) -> None:
    with pytest.raises(ValueError):
        border_months(setting)


def test_borders_are_read_in_any_order() -> None:
    assert border_months("12, 6") == HALF_YEARS
