"""From counts to a score."""

import pytest

from moderation.spam.bayes import (
    HELD,
    REVIEWED,
    BrokenModel,
    Scale,
    Totals,
    evidence_of,
    score_of,
    weight_of,
)
from moderation.spam.scale import LEAST_HELD, scale_for

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
    # The curve expects 98 %; what was seen may be a little off.
    assert sum(held) / len(held) >= 0.97
    assert len(held) >= 100
    assert 2_000 < scale.reviewed < scale.held


def test_a_past_that_proves_nothing_leaves_the_scale_of_a_new_model() -> None:
    for judged in ([], [(9.0, True)] * 20):
        found = scale_for(judged, held_precision=0.98, reviewed_precision=0.98)
        assert found == Scale()


def test_where_spam_looks_like_everything_else_nothing_is_held() -> None:
    mixed = [(float(number % 7), number % 2 == 0) for number in range(200)]
    scale = scale_for(mixed, held_precision=0.98, reviewed_precision=0.98)
    assert scale.held > 6_000
    assert scale.reviewed == Scale().reviewed


def test_few_lessons_are_sure_of_nothing() -> None:
    judged = [(5.0, True)] * 30 + [(-5.0, False)] * 30
    assert scale_for(judged, held_precision=0.98, reviewed_precision=0.8).held == Scale().held


def test_what_looked_like_spam_and_was_none_is_not_held_where_little_is_sure() -> None:
    judged = [(5.0, True)] * 30 + [(-5.0, False)] * 30 + [(6.0, False)]
    assert scale_for(judged, held_precision=0.98, reviewed_precision=0.8).held > 6_000


def test_a_curve_is_not_believed_against_what_was_seen() -> None:
    # Two hundred are told well, but the ten that shout loudest are innocent.
    judged = [(3 + number / 100, True) for number in range(200)]
    judged += [(-3 - number / 100, False) for number in range(200)] + [(9.0, False)] * 10
    scale = scale_for(judged, held_precision=0.98, reviewed_precision=0.98)
    assert scale.held > 9_000


def test_nothing_is_held_that_hardly_speaks_for_spam() -> None:
    judged = [(0.1, True)] * 500
    scale = scale_for(judged, held_precision=0.98, reviewed_precision=0.8)
    assert scale.held == LEAST_HELD
