"""Weighing lessons against each other."""

import pytest

from moderation.spam.bayes import BrokenModel, Seen, Totals
from moderation.spam.weighing import (
    MOST_WEIGHT,
    UNIT,
    Sample,
    evidence_of_sum,
    judge_each,
    said_by,
    sums_of,
    weigh,
    weigh_one,
)

BOTH, BAIT, HELP, ECHO = 1, 2, 3, (10, 11, 12, 13)


def lessons(spam: int = 40, ham: int = 40) -> list[Sample]:
    """Return advertisements told by a bait, and requests; each has a word of its own."""
    found = [Sample([BOTH, BAIT, *ECHO, 100 + number], True) for number in range(spam)]
    return found + [Sample([BOTH, HELP, *ECHO, 500 + number], False) for number in range(ham)]


def said(hashes: list[int], samples: list[Sample]) -> int:
    sums = sums_of(samples, weigh(samples))
    return sum(sums.get(each, 0) for each in hashes)


def test_lessons_tell_what_is_alike() -> None:
    samples = lessons()
    assert said([BOTH, BAIT, *ECHO], samples) > UNIT / 2
    assert said([BOTH, HELP, *ECHO], samples) < -UNIT / 2


def test_what_stands_in_both_kinds_says_little() -> None:
    assert abs(said([BOTH, *ECHO], lessons())) < UNIT / 5


def test_both_kinds_weigh_the_same_however_many_there_are() -> None:
    samples = lessons(spam=20, ham=400)
    assert said([BOTH, BAIT, *ECHO], samples) > UNIT / 2
    assert said([BOTH, HELP, *ECHO], samples) < -UNIT / 2


def test_spam_weighs_above_nothing_and_ham_below() -> None:
    samples = lessons()
    weights = weigh(samples)
    assert all(
        (weight >= 0) == sample.is_spam or weight == 0
        for sample, weight in zip(samples, weights, strict=True)
    )
    assert weigh(samples) == weights
    assert weigh([]) == []


def test_words_that_only_come_together_do_not_shout() -> None:
    # Five signs that always stand together are told as surely as one, not five times so.
    alone = [Sample([1], True), Sample([2], False)] * 30
    together = [Sample([1, 11, 12, 13, 14], True), Sample([2, 21, 22, 23, 24], False)] * 30
    one, five = said([1], alone), said([1, 11, 12, 13, 14], together)
    assert one == pytest.approx(five, rel=0.2)


def test_a_new_lesson_counts_as_much_as_it_takes() -> None:
    hashes = list(range(20))
    for is_spam, sign in ((True, 1), (False, -1)):
        weight = weigh_one(0, len(hashes), is_spam=is_spam)
        assert 0 < sign * weight * len(hashes) <= UNIT
        assert weigh_one(sign * UNIT, len(hashes), is_spam=is_spam) == 0
        assert sign * weigh_one(-sign * UNIT, len(hashes), is_spam=is_spam) > sign * weight


def test_each_is_judged_without_its_own_word() -> None:
    # Each of these has one word, its own: by the others nothing is known of it.
    own = [Sample([number], number % 2 == 0) for number in range(50)]
    assert {evidence for evidence, _spam in judge_each(own)} == {0.0}
    judged = judge_each(lessons())
    assert len(judged) == 80
    assert sum(is_spam for _evidence, is_spam in judged) == 40
    assert all((evidence > 0) == is_spam for evidence, is_spam in judged)


@pytest.mark.parametrize(
    "seen",
    [Seen(2, 0, 0), Seen(0, -1, 0), Seen(1, 0, -1), Seen(0, 1, 1), Seen(1, 1, 2 * MOST_WEIGHT)],
)
def test_weights_that_cannot_be_break_the_model(seen: Seen) -> None:
    with pytest.raises(BrokenModel):
        said_by([seen], Totals(1, 1))


def test_what_tokens_say_is_added_up() -> None:
    tokens = [Seen(3, 1, UNIT), Seen(1, 4, -UNIT // 2)]
    assert said_by(tokens, Totals(5, 5)) == UNIT // 2
    assert evidence_of_sum(0) == 0 < evidence_of_sum(UNIT // 2) < evidence_of_sum(UNIT)
