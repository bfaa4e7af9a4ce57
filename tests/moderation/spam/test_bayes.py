"""From counts to a score."""

import pytest

from moderation.spam.bayes import (
    HELD,
    LEAST_HELD,
    REVIEWED,
    BrokenModel,
    Scale,
    Totals,
    evidence_of,
    scale_for,
    score_of,
    weight_of,
    without,
)

TOTALS = Totals(100, 400)


def test_a_token_weighs_by_its_share_in_each_kind() -> None:
    assert weight_of(50, 0, TOTALS) > weight_of(5, 0, TOTALS) > weight_of(1, 0, TOTALS) > 0
    assert weight_of(0, 200, TOTALS) < 0
    assert weight_of(25, 100, TOTALS) == pytest.approx(0, abs=0.05)
    assert weight_of(0, 0, TOTALS) == 0


@pytest.mark.parametrize("counts", [(-1, 0), (101, 0), (0, 401), (0, -1)])
def test_counts_that_cannot_be_break_the_model(counts: tuple[int, int]) -> None:
    with pytest.raises(BrokenModel):
        weight_of(*counts, TOTALS)


def test_many_weak_tokens_do_not_shout() -> None:
    assert evidence_of([0.1] * 1_000) == 0
    assert evidence_of([3.0] * 4) == pytest.approx(6)
    assert evidence_of([]) == 0


def test_the_scale_puts_60_and_75_where_it_says() -> None:
    scale = Scale(reviewed=2_000, held=3_000)
    assert score_of(1.999, scale) == REVIEWED - 1
    assert score_of(2.0, scale) == REVIEWED
    assert score_of(2.999, scale) == HELD - 1
    assert score_of(3.0, scale) == HELD
    assert (score_of(-99, scale), score_of(99, scale)) == (0, 100)
    scores = [score_of(step / 10, scale) for step in range(-60, 90)]
    assert scores == sorted(scores)


def test_the_scale_follows_past_decisions() -> None:
    judged = [(5 + number / 100, True) for number in range(100)]
    judged += [(2.5 + number / 100, number % 5 > 0) for number in range(100)]
    judged += [(-1.0, False)] * 200
    scale = scale_for(judged, held_precision=0.98, reviewed_precision=0.8)
    held = [is_spam for evidence, is_spam in judged if 1_000 * evidence >= scale.held]
    assert sum(held) / len(held) >= 0.98
    assert len(held) >= 100
    assert 2_000 < scale.reviewed < scale.held


def test_a_past_that_proves_nothing_leaves_the_scale_of_a_new_model() -> None:
    mixed = [(float(number % 7), number % 2 == 0) for number in range(200)]
    few = [(9.0, True)] * 20
    for judged in ([], mixed, few):
        found = scale_for(judged, held_precision=0.98, reviewed_precision=0.98)
        assert found == Scale()


def test_nothing_is_held_that_hardly_speaks_for_spam() -> None:
    judged = [(0.1, True)] * 500
    scale = scale_for(judged, held_precision=0.98, reviewed_precision=0.8)
    assert scale.held == LEAST_HELD


def test_a_text_can_be_judged_by_all_others() -> None:
    assert without((3, 4), was_spam=True) == (2, 4)
    assert without((3, 4), was_spam=False) == (3, 3)
