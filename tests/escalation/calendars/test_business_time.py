"""Arithmetic in business time against a count minute by minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from community.escalation.calendars.business_time import (
    NeverOpen,
    add_business_minutes,
    business_minutes_between,
    hours_of,
    is_open,
    next_opening,
)
from tests.escalation.calendars.reference import count_minutes, open_by, walk_minutes
from tests.escalation.calendars.weeks import ZONES, days_near, moments, weeks

OFFICE = {day: [(9 * 60, 17 * 60)] for day in range(5)}
NIGHTS = {day: [(0, 240), (1320, 1440)] for day in range(7)}
ALWAYS = {day: [(0, 1440)] for day in range(7)}
BERLIN = hours_of("Europe/Berlin", OFFICE)
TEN_DAYS = 10 * 1440


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_adding_agrees_with_a_count_by_the_minute(zone: str, data: st.DataObject) -> None:
    start, week = data.draw(moments()), data.draw(weeks())
    holidays = data.draw(days_near(start))
    is_open_at = open_by(zone, week, holidays)
    there = count_minutes(is_open_at, start, start + timedelta(minutes=TEN_DAYS))
    assume(there)
    minutes = data.draw(st.integers(1, there))
    due = add_business_minutes(hours_of(zone, week, holidays), start, minutes)
    assert due == walk_minutes(is_open_at, start, minutes)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_counting_agrees_with_a_count_by_the_minute(zone: str, data: st.DataObject) -> None:
    start, week = data.draw(moments()), data.draw(weeks())
    holidays = data.draw(days_near(start))
    end = start + timedelta(minutes=data.draw(st.integers(-100, TEN_DAYS)))
    counted = business_minutes_between(hours_of(zone, week, holidays), start, end)
    assert counted == count_minutes(open_by(zone, week, holidays), start, end)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_what_was_added_is_counted_again(zone: str, data: st.DataObject) -> None:
    start, seconds = data.draw(moments()), data.draw(st.integers(0, 59))
    start += timedelta(seconds=seconds)
    minutes = data.draw(st.integers(0, 20_000))
    hours = hours_of(zone, OFFICE, data.draw(days_near(start)))
    due = add_business_minutes(hours, start, minutes)
    assert business_minutes_between(hours, start, due) == minutes


def test_a_deadline_at_closing_time_is_not_put_off_to_the_morning() -> None:
    assert add_business_minutes(BERLIN, at("2026-11-20T16:00+01:00"), 60) == at(
        "2026-11-20T17:00+01:00"
    )
    assert add_business_minutes(BERLIN, at("2026-11-20T16:00+01:00"), 61) == at(
        "2026-11-23T09:01+01:00"
    )


def test_nothing_to_add_is_due_at_once_even_at_night() -> None:
    night = at("2026-11-21T03:00+01:00")
    assert add_business_minutes(BERLIN, night, 0) == night
    assert add_business_minutes(BERLIN, night, -5) == night


def test_an_hour_that_clocks_leave_out_is_not_counted() -> None:
    midnight, noon = at("2026-03-29T00:00+01:00"), at("2026-03-29T12:00+02:00")
    assert business_minutes_between(hours_of("Europe/Berlin", NIGHTS), midnight, noon) == 180


def test_an_hour_that_clocks_show_twice_is_counted_twice() -> None:
    midnight, noon = at("2026-10-25T00:00+02:00"), at("2026-10-25T12:00+01:00")
    assert business_minutes_between(hours_of("Europe/Berlin", NIGHTS), midnight, noon) == 300


def test_a_span_that_ends_inside_the_repeated_hour_is_open_twice() -> None:
    hours = hours_of("Europe/Berlin", {6: [(120, 150)]})
    start = at("2026-10-25T00:00+02:00")
    assert add_business_minutes(hours, start, 30) == at("2026-10-25T02:30+02:00")
    assert add_business_minutes(hours, start, 31) == at("2026-10-25T02:01+01:00")


def test_lord_howe_gains_half_an_hour() -> None:
    hours = hours_of("Australia/Lord_Howe", ALWAYS)
    start = at("2026-04-05T00:00+11:00")
    assert add_business_minutes(hours, start, 1440) == at("2026-04-05T23:30+10:30")


def test_clocks_that_showed_the_day_before_once_more_lose_no_order() -> None:
    """In St. John's of 2010 one minute past midnight was followed by 23:01 of the day before."""
    week = {5: [(1380, 1440)], 6: [(0, 60)]}
    is_open_at = open_by("America/St_Johns", week)
    hours, start = hours_of("America/St_Johns", week), at("2010-11-06T20:00-02:30")
    for minutes in range(1, 181, 7):
        found = add_business_minutes(hours, start, minutes)
        assert found == walk_minutes(is_open_at, start, minutes)


def test_a_day_that_never_was_is_not_open() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    hours = hours_of("Pacific/Apia", ALWAYS)
    start = at("2011-12-29T12:00-10:00")
    assert add_business_minutes(hours, start, 1440) == at("2011-12-31T12:00+14:00")


def test_holidays_are_days_of_the_calendars_own_zone() -> None:
    holiday = frozenset({date(2026, 12, 25)})
    hours = hours_of("Asia/Kathmandu", ALWAYS, holiday)
    assert not is_open(hours, at("2026-12-24T19:00+00:00"))
    assert is_open(hours, at("2026-12-25T19:00+00:00"))


def test_the_next_opening_is_now_or_on_the_next_working_day() -> None:
    assert next_opening(BERLIN, at("2026-11-20T10:30+01:00")) == at("2026-11-20T10:30+01:00")
    assert next_opening(BERLIN, at("2026-11-20T17:00+01:00")) == at("2026-11-23T09:00+01:00")


def test_a_calendar_that_never_opens_is_told_rather_than_searched_forever() -> None:
    class EveryDay:
        def __contains__(self, day: object) -> bool:
            return True

    for never in (hours_of("Europe/Berlin", {}), hours_of("Europe/Berlin", OFFICE, EveryDay())):
        with pytest.raises(NeverOpen):
            add_business_minutes(never, at("2026-11-20T10:00+01:00"), 1)
