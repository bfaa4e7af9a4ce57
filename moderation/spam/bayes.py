"""From counts to a score: how much likelier a text's tokens are in spam than in what is welcome.

Until lessons are weighed against each other (``weighing``), a token's weight is the logarithm of
that ratio, drawn towards nothing where it was seen seldom (Source: G. Robinson, "A Statistical
Approach to the Spam Problem", Linux Journal 107). Of a text the most telling tokens count, and
their sum is divided by the root of their number, for tokens of one text do not speak independently
of each other. What comes out is put on the scale of the site (``scale``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple

HELD, REVIEWED = 75, 60
# Fewer lessons of either kind teach more about chance than about spam.
ENOUGH_LESSONS = 30
MOST_TELLING = 60
# How many sightings weigh as much as knowing nothing.
PRIOR_SIGHTINGS = 2.0
LEAST_TELLING = 0.2
HIGHEST_WEIGHT = 4.0


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


class Seen(NamedTuple):
    """In how many texts of each kind a token was seen, and what these lessons weigh together."""

    spam: int
    ham: int
    weight: int = 0


Counts = Mapping[int, Seen]


def check_counts(spam: int, ham: int, totals: Totals) -> None:
    """Raise ``BrokenModel`` for counts that cannot be."""
    if not (0 <= spam <= totals.spam and 0 <= ham <= totals.ham):
        raise BrokenModel("a token was seen in more texts than there were")


def weight_of(spam: int, ham: int, totals: Totals) -> float:
    """Return how much a token speaks for spam (above 0) or against it; raises ``BrokenModel``."""
    check_counts(spam, ham, totals)
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
