"""What earns a badge how often, and what follows from what stands, as pure rules."""

import pytest

from reputation.badges.badge_rules import (
    Earned,
    Standing,
    changes_of,
    fit_needs,
    times_earned,
)


def by_rule(grant_id: int, number: int = 1, *, stands: bool = True) -> Standing:
    return Standing(grant_id, number, stands, by_hand=False, taken_by_hand=False)


def by_hand(grant_id: int, number: int = 1) -> Standing:
    return Standing(grant_id, number, stands=True, by_hand=True, taken_by_hand=False)


def taken_by_hand(grant_id: int, number: int = 1) -> Standing:
    return Standing(grant_id, number, stands=False, by_hand=False, taken_by_hand=True)


@pytest.mark.parametrize(
    ("needs", "earned", "once", "many"),
    [
        ({"kudos": 100}, Earned(kudos=99), 0, 0),
        ({"kudos": 100}, Earned(kudos=100), 1, 1),
        ({"kudos": 100}, Earned(kudos=350), 1, 3),
        ({"days": 365, "written": 1}, Earned(days=800), 0, 0),
        ({"days": 365, "written": 1}, Earned(days=800, written=1), 1, 1),
        ({"days": 365, "written": 1}, Earned(days=800, written=9), 1, 2),
        ({"kudos": 1}, Earned(kudos=90_000), 1, 1_000),
        ({"kudos": 10}, Earned(kudos=-5), 0, 0),
        ({}, Earned(kudos=90), 0, 0),
    ],
)
def test_a_badge_is_earned_as_often_as_every_measure_holds_what_is_needed(
    needs, earned, once, many
):
    assert times_earned(needs, earned, repeatable=False) == once
    assert times_earned(needs, earned, repeatable=True) == many


def test_what_is_earned_and_does_not_stand_is_granted():
    assert changes_of(3, [by_rule(7, 1)]) == ([2, 3], [])


def test_what_stands_and_is_earned_no_more_is_withdrawn():
    assert changes_of(1, [by_rule(7, 1), by_rule(8, 2)]) == ([], [8])


def test_what_a_rule_withdrew_it_grants_again():
    assert changes_of(1, [by_rule(7, stands=False)]) == ([1], [])


def test_what_people_gave_stands_whatever_the_rule_says():
    assert changes_of(0, [by_hand(7)]) == ([], [])


def test_what_people_took_no_rule_grants_again():
    assert changes_of(1, [taken_by_hand(7)]) == ([], [])
    assert changes_of(2, [taken_by_hand(7)]) == ([2], [])


def test_nothing_changes_where_all_is_right():
    assert changes_of(2, [by_rule(7, 1), by_hand(8, 2)]) == ([], [])


def test_numbers_typed_are_kept_and_zeros_left_out():
    assert fit_needs({"solved": "10", "days": "0", "kudos": " 5 "}) == {"solved": 10, "kudos": 5}


@pytest.mark.parametrize("typed", ["-1", "1.5", "many", "1000001", "9" * 400, "٣"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match="solved"):
        fit_needs({"solved": typed})
