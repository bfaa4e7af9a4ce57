"""Which questions fit a set of words best: BM25F over the segments, without rights.

A clause is one word of the query with the terms it may stand for. With ``require_all`` every
clause must occur; without it, what occurs adds up.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from community.search.segments import Segment, total

# A word in the title counts once more, on top of its weight in the common text field.
FIELD_WEIGHTS = {"text": 1.0, "title": 0.4}
# How many postings a search for any of several words reads at most.
POSTINGS_BUDGET = 400_000


@dataclass(frozen=True)
class Clause:
    """One word: the terms it may stand for, and how much it counts."""

    terms: frozenset[str]
    weight: float = 1.0


@dataclass(frozen=True)
class Restriction:
    """What a hit must have: groups of filter terms (one of each group), times in epoch seconds."""

    groups: tuple[tuple[str, ...], ...] = ()
    not_before: int | None = None
    before: int | None = None


ANYTHING = Restriction()


@dataclass(frozen=True)
class Ranked:
    """A question found, with its score; higher is better."""

    score: float
    question_id: int
    asked_at: int = field(compare=False)


def rank(
    segments: Sequence[Segment],
    clauses: Sequence[Clause],
    *,
    require_all: bool,
    limit: int,
    restriction: Restriction = ANYTHING,
    fields: Mapping[str, float] = FIELD_WEIGHTS,
    most_clauses: int = 100,
    budget: int = POSTINGS_BUDGET,
) -> list[Ranked]:
    """Return the best questions, best first; newer ones first among equals.

    Without ``require_all`` only the ``most_clauses`` most telling words are read, and no more than
    ``budget`` postings.
    """
    weighed = _weigh(segments, clauses)
    if not weighed:
        return []
    if not require_all:
        weighed = _most_telling(weighed, most_clauses, budget)
    if require_all and len(weighed) < len(clauses):
        return []
    found: list[Ranked] = []
    for segment in segments:
        if require_all:
            scores = _scores_of_all(segment, weighed, fields)
        else:
            most = limit if restriction == ANYTHING else segment.size
            scores = _scores(segment, weighed, fields, most)
        found += _best(segment, scores, restriction, limit)
    return heapq.nlargest(limit, found, key=_order)


def newest(
    segments: Sequence[Segment],
    clauses: Sequence[Clause],
    *,
    restriction: Restriction = ANYTHING,
    limit: int,
) -> list[Ranked]:
    """Return the newest questions that have every word."""
    weighed = _weigh(segments, clauses)
    if len(weighed) < len(clauses):
        return []
    found: list[Ranked] = []
    for segment in segments:
        scores = _scores_of_all(segment, weighed, FIELD_WEIGHTS)
        allowed = _allowed(segment, scores, restriction)
        found += [Ranked(0.0, segment.question_ids[n], segment.asked_at[n]) for n in allowed]
    return heapq.nlargest(limit, found, key=lambda one: (one.asked_at, one.question_id))


def holders(segments: Sequence[Segment], terms: Collection[str]) -> list[int]:
    """Return the questions that have one of these terms, in no order."""
    found: list[int] = []
    for segment in segments:
        numbers = {n for term in terms for n in segment.postings("text", term).documents}
        found += [segment.question_ids[n] for n in numbers - segment.deleted()]
    return found


def _order(one: Ranked) -> tuple[float, int]:
    return one.score, one.question_id


@dataclass(frozen=True)
class _Weighed:
    clause: Clause
    frequency: int
    idf: float


def _weigh(segments: Sequence[Segment], clauses: Sequence[Clause]) -> list[_Weighed]:
    """Return clauses that occur at all with their idf, rarest first."""
    count = total(segments)
    weighed = []
    for clause in clauses:
        frequency = sum(s.frequency("text", term) for s in segments for term in clause.terms)
        if frequency:
            frequency = min(frequency, count)
            idf = math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
            weighed.append(_Weighed(clause, frequency, idf))
    return sorted(weighed, key=lambda one: one.frequency)


def _most_telling(weighed: list[_Weighed], most: int, budget: int) -> list[_Weighed]:
    """Choose clauses by what they can add to a score, as far as the budget of postings goes."""
    chosen: list[_Weighed] = []
    left = budget
    for one in sorted(weighed, key=lambda one: -one.idf * one.clause.weight)[:most]:
        if not chosen or one.frequency <= left:
            chosen.append(one)
            left -= one.frequency
    return chosen


def _scores(
    segment: Segment, weighed: Sequence[_Weighed], fields: Mapping[str, float], most: int
) -> dict[int, float]:
    """Return the scores of at least the ``most`` best documents that are not deleted."""
    scores = [0.0] * segment.size
    for one in weighed:
        _add(segment, one, scores, fields)
    best = heapq.nlargest(most + len(segment.deleted()), scores)
    least = best[-1] if best else 0.0
    return {n: score for n, score in enumerate(scores) if score > 0 and score >= least}


def _scores_of_all(
    segment: Segment, weighed: Sequence[_Weighed], fields: Mapping[str, float]
) -> dict[int, float]:
    """Return scores of documents that hold every clause."""
    kept: dict[int, float] = {}
    for place, one in enumerate(weighed):
        scores: dict[int, float] = defaultdict(float)
        _add(segment, one, scores, fields)
        if place == 0:
            kept = scores
        else:
            kept = {n: score + scores[n] for n, score in kept.items() if n in scores}
        if not kept:
            break
    return kept


def _add(
    segment: Segment,
    one: _Weighed,
    scores: list[float] | dict[int, float],
    fields: Mapping[str, float],
) -> None:
    for name, weight in fields.items():
        factor = weight * one.idf * one.clause.weight
        for term in one.clause.terms:
            postings = segment.postings(name, term)
            for n, value in zip(postings.documents, postings.weights, strict=True):
                scores[n] += value * factor


def _best(
    segment: Segment, scores: dict[int, float], restriction: Restriction, limit: int
) -> list[Ranked]:
    allowed = _allowed(segment, scores, restriction)
    if len(allowed) > limit:
        least = heapq.nlargest(limit, [scores[n] for n in allowed])[-1]
        allowed = [n for n in allowed if scores[n] >= least]
    best = heapq.nlargest(limit, ((scores[n], segment.question_ids[n], n) for n in allowed))
    return [Ranked(score, question_id, segment.asked_at[n]) for score, question_id, n in best]


def _allowed(
    segment: Segment, numbers: Collection[int], restriction: Restriction
) -> Collection[int]:
    deleted = segment.deleted()
    if not deleted and restriction == ANYTHING:
        return numbers
    allowed = set(numbers) - deleted
    for group in restriction.groups:
        allowed &= {n for term in group for n in segment.postings("filters", term).documents}
    if restriction.not_before is not None:
        allowed = {n for n in allowed if segment.asked_at[n] >= restriction.not_before}
    if restriction.before is not None:
        allowed = {n for n in allowed if segment.asked_at[n] < restriction.before}
    return allowed
