"""From counts to a score: how much likelier a text's tokens are in spam than in what is welcome.

Each token's weight is the logarithm of that ratio, drawn towards nothing where it was seen seldom
(Source: G. Robinson, "A Statistical Approach to the Spam Problem", Linux Journal 107). Of a text
the most telling tokens count, and their sum is divided by the root of their number, for tokens of
one text do not speak independently of each other. What comes out is put on the scale of the site:
75 and 60 stand where decisions so far allow it (``calibration``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log, sqrt

HELD, REVIEWED = 75, 60
# Fewer lessons of either kind teach more about chance than about spam.
ENOUGH_LESSONS = 30
MOST_TELLING = 60
# How many sightings weigh as much as knowing nothing.
PRIOR_SIGHTINGS = 2.0
LEAST_TELLING = 0.2
HIGHEST_WEIGHT = 4.0
# However clean a past, nothing is held that hardly speaks for spam (thousandths of evidence).
LEAST_HELD, LEAST_REVIEWED = 1_500, 1_000


class BrokenModel(ValueError):
    """The counts cannot be: more texts with a token than texts, or fewer than none."""


@dataclass(frozen=True)
class Totals:
    """How many texts of each kind were learned."""

    spam: int
    ham: int

    @property
    def are_enough(self) -> bool:
        return min(self.spam, self.ham) >= ENOUGH_LESSONS


@dataclass(frozen=True)
class Scale:
    """The evidence, in thousandths, at which a text is reviewed and at which it is held."""

    reviewed: int = 2_500
    held: int = 4_000


Counts = Mapping[int, tuple[int, int]]


def weight_of(spam: int, ham: int, totals: Totals) -> float:
    """Return how much a token speaks for spam (above 0) or against it; raises ``BrokenModel``."""
    if not (0 <= spam <= totals.spam and 0 <= ham <= totals.ham):
        raise BrokenModel("a token was seen in more texts than there were")
    in_spam = (spam + 0.5) / (totals.spam + 1)
    in_ham = (ham + 0.5) / (totals.ham + 1)
    sightings = spam + ham
    trust = sightings / (sightings + PRIOR_SIGHTINGS)
    weight = trust * log(in_spam / in_ham)
    return max(-HIGHEST_WEIGHT, min(HIGHEST_WEIGHT, weight))


def evidence_of(weights: Iterable[float]) -> float:
    """Return what tokens of these weights say together; 0 is nothing."""
    telling = sorted(weights, key=abs, reverse=True)[:MOST_TELLING]
    heard = [weight for weight in telling if abs(weight) >= LEAST_TELLING]
    return sum(heard) / sqrt(len(heard)) if heard else 0.0


def score_of(evidence: float, scale: Scale) -> int:
    """Return the score from 0 to 100 of some evidence: straight lines through 60 and 75."""
    thousandths = 1_000 * evidence
    if thousandths >= scale.held:
        beyond = (thousandths - scale.held) / max(1, scale.held)
        return round(HELD + (100 - HELD) * min(1.0, beyond))
    if thousandths >= scale.reviewed:
        span = max(1, scale.held - scale.reviewed)
        # Not rounded up: 74.9 is not held.
        return int(REVIEWED + (HELD - REVIEWED) * (thousandths - scale.reviewed) / span)
    low = -4_000.0
    return int(REVIEWED * max(0.0, (thousandths - low) / (scale.reviewed - low)))


def scale_for(
    judged: Sequence[tuple[float, bool]], *, held_precision: float, reviewed_precision: float
) -> Scale:
    """Return the scale on which as many texts as past decisions allow are held and reviewed.

    ``judged`` has the evidence of each text, learned from all others, and whether it is spam. Where
    too few are sure, the scale is the one of a new model.
    """
    held = _lowest(judged, held_precision)
    reviewed = _lowest(judged, reviewed_precision)
    default = Scale()
    held = default.held if held is None else max(held, LEAST_HELD)
    reviewed = default.reviewed if reviewed is None else max(reviewed, LEAST_REVIEWED)
    return Scale(min(reviewed, held), held)


def _lowest(judged: Sequence[tuple[float, bool]], precision: float) -> int | None:
    """Return the lowest evidence, in thousandths, above which so large a share is spam."""
    found, spam, wrong = None, 0, 0
    by_evidence = groupby(sorted(judged, reverse=True), key=lambda each: int(1_000 * each[0]))
    for thousandths, alike in by_evidence:
        labels = [is_spam for _evidence, is_spam in alike]
        spam += sum(labels)
        wrong += len(labels) - sum(labels)
        # One more than there were: the next text may be the first that is wrong.
        if wrong + 1 <= (1 - precision) * (spam + wrong + 1):
            found = thousandths
    return found


def without(counts: tuple[int, int], *, was_spam: bool) -> tuple[int, int]:
    """Return counts as they were before one text of a kind was learned."""
    spam, ham = counts
    return (spam - 1, ham) if was_spam else (spam, ham - 1)
