"""What it takes to hold a rank, as pure rules."""

import pytest

from reputation.ranks.rank_rules import (
    Criteria,
    Measures,
    fit_wanted,
    is_met,
    level_of,
    missing,
    percent_done,
)

MIXED = Criteria({"points": 1_000, "days": 30}, {"solved": 10, "kudos": 50})


@pytest.mark.parametrize(
    ("measures", "met"),
    [
        (Measures(points=1_000, days=30, solved=10), True),
        (Measures(points=1_000, days=30, kudos=50), True),
        (Measures(points=1_000, days=30, solved=9, kudos=49), False),
        (Measures(points=999, days=30, solved=10, kudos=50), False),
        (Measures(points=1_000, days=29, solved=10), False),
    ],
)
def test_everything_needed_and_one_of_the_others(measures, met):
    assert is_met(MIXED, measures) is met
    assert (missing(MIXED, measures) == Criteria()) is met
    assert (percent_done(MIXED, measures) == 100) is met


def test_nothing_asked_is_met_by_everybody():
    assert is_met(Criteria(), Measures(points=-40))


def test_the_level_is_the_highest_that_is_met():
    ladder = {0: Criteria(), 1: Criteria({"points": 100}), 2: Criteria({"points": 500})}
    points = (-3, 0, 99, 100, 499, 500, 10_000)
    assert [level_of(ladder, Measures(points=n)) for n in points] == [0, 0, 0, 1, 1, 2, 2]


def test_without_a_ladder_everybody_stands_at_its_foot():
    assert level_of({}, Measures(points=500)) == 0


def test_what_is_missing_is_said_in_the_order_of_the_measures():
    lacking = missing(MIXED, Measures(points=400, days=10, solved=4))
    assert list(lacking.needs.items()) == [("points", 600), ("days", 20)]
    assert list(lacking.one_of.items()) == [("solved", 6), ("kudos", 50)]


def test_of_the_others_nothing_is_missing_once_one_is_there():
    assert missing(MIXED, Measures(points=400, days=30, kudos=60)) == Criteria({"points": 600})


@pytest.mark.parametrize(
    ("measures", "percent"),
    [
        (Measures(), 0),
        (Measures(points=-20, days=30, kudos=50), 0),
        (Measures(points=500, days=30, solved=9), 50),
        (Measures(points=2_000, days=30, solved=1, kudos=20), 40),
        (Measures(points=999, days=30, solved=10), 99),
    ],
)
def test_the_part_furthest_behind_says_how_far_one_is(measures, percent):
    assert percent_done(MIXED, measures) == percent


def test_numbers_typed_are_kept_in_order_and_zeros_left_out():
    typed = {"days": "30", "points": " 100 ", "solved": "", "kudos": "0", "other": "5"}
    assert list(fit_wanted(typed).items()) == [("points", 100), ("days", 30)]


@pytest.mark.parametrize("typed", ["-1", "1.5", "many", "1000001", "9" * 400, "٣", "1e3"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match="points"):
        fit_wanted({"points": typed})
