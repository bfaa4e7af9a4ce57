"""The summary of a simulation: totals, top lists and how far people move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.drafts.replay import TOP, Outcome, add_outcomes, bucket_of, empty_summary

OUTCOMES = st.lists(
    st.builds(Outcome, st.integers(1, 10**6), st.integers(0, 5_000), st.integers(0, 5_000)),
    max_size=60,
    unique_by=lambda outcome: outcome.user_id,
)


@given(OUTCOMES, st.integers(0, 60))
def test_batches_of_any_size_add_up_to_the_same(outcomes, cut):
    at_once = add_outcomes(empty_summary(), outcomes)
    in_two = add_outcomes(add_outcomes(empty_summary(), outcomes[:cut]), outcomes[cut:])
    assert in_two == at_once


@given(OUTCOMES)
def test_the_numbers_are_those_of_the_members(outcomes):
    summary = add_outcomes(empty_summary(), outcomes)
    earning = [each for each in outcomes if each.before or each.after]
    assert summary["members"] == len(earning) == sum(summary["spread"])
    assert summary["before"] == sum(each.before for each in outcomes)
    assert summary["after"] == sum(each.after for each in outcomes)
    changes = sorted(each.after - each.before for each in outcomes)
    assert summary["losers"] == sum(change < 0 for change in changes)
    assert summary["gainers"] == sum(change > 0 for change in changes)
    losing = [after - before for _, before, after in summary["losing"]]
    gaining = [after - before for _, before, after in summary["gaining"]]
    assert losing == [change for change in changes if change < 0][:TOP]
    assert gaining == [change for change in reversed(changes) if change > 0][:TOP]


@pytest.mark.parametrize(
    ("before", "after", "bucket"),
    [
        *((100, 0, 0), (100, 49, 0), (100, 50, 1), (100, 79, 1), (100, 80, 2), (100, 94, 2)),
        *((100, 95, 3), (100, 100, 3), (100, 105, 3), (100, 106, 4), (100, 120, 4)),
        *((100, 121, 5), (100, 150, 5), (100, 151, 6), (0, 1, 6)),
    ],
)
def test_members_are_sorted_by_how_far_they_move(before, after, bucket):
    assert bucket_of(Outcome(1, before, after)) == bucket
