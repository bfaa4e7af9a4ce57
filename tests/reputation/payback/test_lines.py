"""Shares, what becomes of them, and what they leave."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.payback.lines import (
    ENDED,
    NOTHING_LEFT,
    Left,
    Listed,
    Share,
    Why,
    Wish,
    digest_of,
    judge,
    left_of,
    matched,
    share_of,
)
from reputation.payback.models import Choice, LineState

NOT_CHOSEN = Wish(choice=None, floor=1000)
CASH = Wish(choice=Choice.CASH, floor=1000, has_account=True)
CHARITY = Wish(choice=Choice.CHARITY, floor=1000, has_charity=True)

amounts = st.integers(-3000, 5000)
wishes = st.builds(
    Wish,
    choice=st.sampled_from([None, *Choice]),
    floor=st.just(1000),
    has_account=st.booleans(),
    has_charity=st.booleans(),
    is_held=st.booleans(),
    may_lapse=st.booleans(),
)


def test_what_was_not_chosen_rolls_once() -> None:
    verdict = judge(Share(earned=300), NOT_CHOSEN)
    assert verdict == (LineState.ROLLED, 0, Why.NOT_CHOSEN)
    assert left_of(verdict.state, None, 300, 0) == Left(300, 300)


def test_only_the_part_that_rolled_before_lapses() -> None:
    verdict = judge(Share(earned=300, carried=200, lapsing=200), NOT_CHOSEN)
    assert verdict == (LineState.ROLLED, 200, Why.NOT_CHOSEN)
    assert left_of(verdict.state, None, 500, 200) == Left(300, 300)


def test_a_line_of_which_all_lapses_has_expired() -> None:
    verdict = judge(Share(earned=0, carried=200, lapsing=200), NOT_CHOSEN)
    assert verdict == (LineState.EXPIRED, 200, Why.NOT_CHOSEN)
    assert left_of(verdict.state, None, 200, 200) == NOTHING_LEFT


def test_nothing_lapses_without_notice() -> None:
    verdict = judge(Share(0, 200, 200), replace(NOT_CHOSEN, may_lapse=False))
    assert verdict == (LineState.ROLLED, 0, Why.NOT_CHOSEN)
    assert left_of(verdict.state, None, 200, 0) == Left(200, 200)


def test_leaving_it_by_wish_lapses_like_leaving_it() -> None:
    wish = replace(NOT_CHOSEN, choice=Choice.ROLL)
    assert judge(Share(100, 200, 200), wish) == (LineState.ROLLED, 200, Why.LEFT_TO_ROLL)


def test_a_correction_takes_from_what_would_lapse_first() -> None:
    assert judge(Share(-150, 200, 200), NOT_CHOSEN).expired == 50


def test_cash_below_the_floor_rolls_and_does_not_begin_to_lapse() -> None:
    verdict = judge(Share(999), CASH)
    assert verdict == (LineState.ROLLED, 0, Why.BELOW_FLOOR)
    assert left_of(verdict.state, Choice.CASH, 999, 0) == Left(999, 0)


def test_cash_at_the_floor_is_paid() -> None:
    assert judge(Share(1000), CASH) == (LineState.CHOSEN, 0, None)
    assert judge(Share(400, 600, 600), CASH) == (LineState.CHOSEN, 0, None)


def test_cash_without_bank_details_rolls() -> None:
    assert judge(Share(5000), replace(CASH, has_account=False)).why is Why.NO_ACCOUNT


def test_gifts_go_to_charities_on_the_list_alone() -> None:
    assert judge(Share(5), CHARITY).state is LineState.CHOSEN
    assert judge(Share(5), replace(CHARITY, has_charity=False)).why is Why.NO_CHARITY


def test_what_is_held_waits_and_nothing_of_it_lapses() -> None:
    verdict = judge(Share(300, 200, 200), replace(NOT_CHOSEN, is_held=True))
    assert verdict == (LineState.HELD, 0, Why.HELD)
    assert left_of(verdict.state, None, 500, 0) == Left(500, 0)


def test_a_debt_is_carried_on() -> None:
    verdict = judge(Share(-300, 100, 100), CASH)
    assert verdict == (LineState.ROLLED, 0, Why.NOTHING_OWED)
    assert left_of(verdict.state, Choice.CASH, -200, 0) == Left(-200, 0)


def test_what_is_settled_leaves_nothing() -> None:
    assert left_of(LineState.SETTLED, Choice.CREDIT, 500, 0) == NOTHING_LEFT


@pytest.mark.parametrize("state", sorted(set(LineState) - ENDED))
def test_a_line_that_has_not_ended_leaves_nothing_yet(state: LineState) -> None:
    with pytest.raises(ValueError, match=state.value):
        left_of(state, Choice.CASH, 500, 0)


@given(st.lists(st.tuples(amounts, wishes), max_size=8))
def test_no_unit_appears_or_is_lost_from_period_to_period(
    history: list[tuple[int, Wish]],
) -> None:
    earned = paid = lapsed = 0
    left = NOTHING_LEFT
    for gained, wish in history:
        share = share_of(gained, left)
        verdict = judge(share, wish)
        earned, lapsed = earned + gained, lapsed + verdict.expired
        state = verdict.state
        if state is LineState.CHOSEN:
            assert verdict.expired == 0
            assert share.amount > 0
            assert wish.choice not in (None, Choice.ROLL)
            paid, state = paid + share.amount, LineState.SETTLED
        left = left_of(state, wish.choice, share.amount, verdict.expired)
        assert 0 <= verdict.expired <= max(share.lapsing, 0)
        assert 0 <= left.lapsing <= max(left.amount, 0)
        assert earned == paid + lapsed + left.amount


LISTED = Listed(1, 7, 300, 20, 0, 0, "cash", None, "ab", "chosen")


@pytest.mark.parametrize("field", Listed._fields)
def test_every_fact_of_a_line_is_part_of_the_digest(field: str) -> None:
    other = LISTED._replace(**{field: "x"})
    assert digest_of([LISTED]) != digest_of([other])


def test_lines_missing_or_in_another_order_change_the_digest() -> None:
    second = LISTED._replace(line_id=2)
    digests = {digest_of(x) for x in ([], [LISTED], [LISTED, second], [second, LISTED])}
    assert len(digests) == 4


def test_what_is_added_to_gifts_is_rounded_down() -> None:
    assert [matched(99, percent) for percent in (0, 50, 100)] == [0, 49, 99]
