"""Days, weeks and months as instants, on the days the clocks change too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from community.core.spans import DAY, MONTH, WEEK, last_months, span_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        ("2026-03-29T12:00+02:00", 23),
        ("2026-10-25T12:00+01:00", 25),
        ("2026-10-26T12:00+01:00", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(moment: str, hours: int) -> None:
    span = span_of(DAY, at(moment), BERLIN)
    assert span.ends_at - span.begins_at == timedelta(hours=hours)


def test_midnight_belongs_to_the_day_that_begins() -> None:
    span = span_of(DAY, at("2026-11-22T00:00+01:00"), BERLIN)
    assert span.begins_on == date(2026, 11, 22)
    assert span.begins_at == at("2026-11-21T23:00+00:00")
    assert span.holds(span.begins_at)
    assert not span.holds(span.ends_at)


def test_the_zone_decides_on_which_day_it_is() -> None:
    late = at("2026-11-30T23:30+00:00")
    assert span_of(DAY, late, BERLIN).begins_on == date(2026, 12, 1)
    assert span_of(MONTH, late, BERLIN).begins_on == date(2026, 12, 1)
    assert span_of(MONTH, late, UTC).begins_on == date(2026, 11, 1)


def test_weeks_begin_on_monday() -> None:
    for day in range(16, 23):
        span = span_of(WEEK, datetime(2026, 11, day, 12, tzinfo=BERLIN), BERLIN)
        assert span.begins_on == date(2026, 11, 16)
        assert span.ends_at == at("2026-11-22T23:00+00:00")


def test_months_follow_each_other_without_a_gap() -> None:
    months = last_months(14, at("2026-11-22T05:00+00:00"), BERLIN)
    assert [m.begins_on for m in (months[0], months[-1])] == [date(2025, 10, 1), date(2026, 11, 1)]
    assert all(one.ends_at == two.begins_at for one, two in pairwise(months))
