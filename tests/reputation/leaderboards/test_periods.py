"""What a period is, and how places are told, by rules alone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from reputation.leaderboards.periods import period_at, places_of, whole_groups

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 0, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("period", "begins_on"),
    [
        ("day", date(2026, 11, 22)),
        ("week", date(2026, 11, 16)),
        ("month", date(2026, 11, 1)),
        ("all", date(1970, 1, 1)),
    ],
)
def test_periods_begin_in_the_zone_of_the_site(period: str, begins_on: date) -> None:
    span = period_at(period, NOW, BERLIN)
    assert span.begins_on == begins_on
    assert span.holds(NOW)


def test_equals_share_a_place_and_the_next_are_skipped() -> None:
    assert places_of([9, 7, 7, 7, 2, 1, 1]) == [1, 2, 2, 2, 5, 6, 6]
    assert places_of([]) == []


@pytest.mark.parametrize(
    ("points", "most", "shown"),
    [
        ([5, 4, 3], 3, 3),
        ([5, 4, 3, 2], 3, 3),
        ([5, 4, 3, 3], 3, 2),
        ([5, 3, 3, 3], 3, 1),
        ([3, 3, 3, 3], 3, 3),
        ([], 3, 0),
    ],
)
def test_equals_are_shown_together_or_not_at_all(points: list[int], most: int, shown: int) -> None:
    assert whole_groups(points, most) == shown
