"""How much each lesson counts, so that all of them together tell spam from what is welcome.

Counting takes the tokens of a text for independent, and they are not: ten words of one phrase shout
ten times. So lessons are weighed against each other: one that the others explain counts nothing,
one that is hard to tell counts much. A token's weight is the sum of its lessons' weights, those of
spam above 0. So a lesson can be taken back exactly, by subtracting what it gave.

It is a linear support vector machine with squared losses, in its dual form (Source: C.-J. Hsieh et
al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from moderation.spam.bayes import BrokenModel, Seen, Totals, check_counts

# Weights are kept as whole numbers: sums of them come out the same in any order.
UNIT = 1_000_000
MOST_WEIGHT = 10 * UNIT
# What a text that is told without doubt has over one that could be either, as evidence.
EVIDENCE = 5.0
# How dear a lesson is that is told wrongly, against weights that are high.
COST = 0.1
MOST_PASSES, CLOSE = 40, 0.02
FOLDS = 5


@dataclass(frozen=True)
class Sample:
    """A lesson: what its text is judged by, and whether it was spam."""

    hashes: Sequence[int]
    is_spam: bool


def weigh(samples: Sequence[Sample]) -> list[int]:
    """Return the weight of each lesson, in millionths: above 0 of spam, below of what is not.

    Both kinds weigh the same in all, however many there are of each. Takes time that grows with
    the number of tokens in all samples, at most ``MOST_PASSES`` times.
    """
    places: dict[int, int] = {}
    rows = [[places.setdefault(each, len(places)) for each in one.hashes] for one in samples]
    signs = [1.0 if one.is_spam else -1.0 for one in samples]
    softness = _softness(signs)
    tokens, lessons = [0.0] * len(places), [0.0] * len(samples)
    order = list(range(len(samples)))
    chance = Random(0)
    for _pass in range(MOST_PASSES):
        chance.shuffle(order)
        farthest = 0.0
        for at in order:
            row, sign = rows[at], signs[at]
            slope = sign * sum(map(tokens.__getitem__, row)) - 1 + softness[at] * lessons[at]
            weight = max(0.0, lessons[at] - slope / (len(row) + softness[at]))
            change = sign * (weight - lessons[at])
            if change:
                farthest = max(farthest, abs(slope))
                lessons[at] = weight
                for token in row:
                    tokens[token] += change
        if farthest < CLOSE:
            break
    return [_whole(sign * weight) for sign, weight in zip(signs, lessons, strict=True)]


def _softness(signs: Sequence[float]) -> list[float]:
    """Return what it takes off a lesson's say that it may be wrong; as much for both kinds."""
    total, spam = len(signs), sum(sign > 0 for sign in signs)
    of_kind = {1.0: spam, -1.0: total - spam}
    return [of_kind[sign] / (COST * total) for sign in signs]


def _whole(weight: float) -> int:
    return max(-MOST_WEIGHT, min(MOST_WEIGHT, round(UNIT * weight)))


def weigh_one(said: int, tokens: int, *, is_spam: bool) -> int:
    """Return the weight of a new lesson of so many tokens, of which the others say ``said``.

    It is as much as makes the table tell that text, and nothing where it does already.
    """
    sign = 1 if is_spam else -1
    missing = 1 - sign * said / UNIT
    return _whole(sign * max(0.0, missing) / (tokens + 1 / COST))


def said_by(tokens: Iterable[Seen], totals: Totals) -> int:
    """Return what tokens say together, in millionths; raises ``BrokenModel``."""
    said = 0
    for spam, ham, weight in tokens:
        check_counts(spam, ham, totals)
        if not -ham * MOST_WEIGHT <= weight <= spam * MOST_WEIGHT:
            raise BrokenModel("a token weighs more than its lessons can")
        said += weight
    return said


def evidence_of_sum(said: int) -> float:
    """Return the evidence of a text whose tokens' weights are ``said`` in all."""
    return EVIDENCE * said / UNIT


def sums_of(samples: Iterable[Sample], weights: Iterable[int]) -> dict[int, int]:
    """Return the weight of each token: of all its lessons together."""
    sums: dict[int, int] = {}
    for sample, weight in zip(samples, weights, strict=True):
        for each in sample.hashes if weight else ():
            sums[each] = sums.get(each, 0) + weight
    return sums


def judge_each(samples: Sequence[Sample]) -> list[tuple[float, bool]]:
    """Return the evidence of each lesson by what the others teach, and whether it was spam.

    A fifth at a time is judged by the rest.
    """
    judged: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        taught = [one for at, one in enumerate(samples) if at % FOLDS != fold]
        sums = sums_of(taught, weigh(taught))
        judged.extend(
            (evidence_of_sum(sum(sums.get(each, 0) for each in one.hashes)), one.is_spam)
            for one in samples[fold::FOLDS]
        )
    return judged
