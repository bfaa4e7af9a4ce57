"""Where hits come from: the index, or the database while there is none.

Both return question ids in order, without regard to rights; ``queries`` checks every one of them
against the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import ColumnElement, or_, select

from community.core.db import db
from community.questions.models import Question
from community.search.analysis import stem, stems_of_word
from community.search.index import IndexMissing
from community.search.ranking import (
    ANYTHING,
    Clause,
    Ranked,
    Restriction,
    holders,
    newest,
    rank,
)
from community.search.readers import index_at
from community.search.segments import Segment
from community.search.spelling import completions, similar_words

SCANNED_QUESTIONS = 20_000
# What "similar" looks at: the most telling words, up to so many postings (about 10 ms of CPU).
SIMILAR_WORDS = 24
SIMILAR_POSTINGS = 40_000


@dataclass(frozen=True)
class Wish:
    """What to look for. ``closeness``: "exact", then "near" (typing mistakes), then "any" word.

    ``mistyped`` are the words that nobody wrote where the viewer may read; but for "exact" they
    stand for similar words as well.
    """

    words: tuple[str, ...]
    restriction: Restriction = ANYTHING
    newest_first: bool = False
    closeness: str = "exact"
    limit: int = 250
    mistyped: frozenset[str] = frozenset()


class Backend(Protocol):
    """A way of finding questions."""

    def find(self, wish: Wish) -> list[Ranked]:
        """Return hits, best (or newest) first."""

    def find_holders(self, word: str) -> list[int]:
        """Return every question that has a word; none where spelling is not looked at."""

    def find_similar(self, weights: dict[str, float], limit: int) -> list[Ranked]:
        """Return questions that share telling words with a text."""

    def find_titles(self, words: Sequence[str], limit: int) -> list[Ranked]:
        """Return questions whose titles fit what is being typed; the last word is unfinished."""


class WhooshBackend:
    """Finds in the index under ``root``; each method raises ``IndexMissing`` if it cannot."""

    def __init__(self, root: Path) -> None:
        self.index = index_at(root)

    def find(self, wish: Wish) -> list[Ranked]:
        return self.index.read(lambda segments: _find(segments, wish))

    def find_holders(self, word: str) -> list[int]:
        return self.index.read(lambda segments: holders(segments, stems_of_word(word)))

    def find_similar(self, weights: dict[str, float], limit: int) -> list[Ranked]:
        clauses = [Clause(frozenset({term}), weight) for term, weight in weights.items()]
        return self.index.read(
            lambda segments: rank(
                segments,
                clauses,
                require_all=False,
                limit=limit,
                most_clauses=SIMILAR_WORDS,
                budget=SIMILAR_POSTINGS,
            )
        )

    def find_titles(self, words: Sequence[str], limit: int) -> list[Ranked]:
        return self.index.read(lambda segments: _find_titles(segments, words, limit))


class DatabaseBackend:
    """Looks for the words in titles and beginnings of the newest questions."""

    def find(self, wish: Wish) -> list[Ranked]:
        if wish.closeness == "near":
            return []
        words = [word for word in wish.words if any(stems_of_word(word))] or list(wish.words)
        conditions = [_holds(word) for word in words]
        if wish.closeness == "any":
            conditions = [or_(*conditions)]
        return _newest_with(conditions, wish.limit)

    def find_holders(self, word: str) -> list[int]:
        return []

    def find_similar(self, weights: dict[str, float], limit: int) -> list[Ranked]:
        best = sorted(weights, key=lambda term: (weights[term], len(term)), reverse=True)[:4]
        return _newest_with([or_(*map(_holds, best))], limit) if best else []

    def find_titles(self, words: Sequence[str], limit: int) -> list[Ranked]:
        return _newest_with([_holds(word) for word in words], limit)


def _find(segments: list[Segment], wish: Wish) -> list[Ranked]:
    words = [word for word in wish.words if stems_of_word(word)]
    clauses = [Clause(stems_of_word(word)) for word in words]
    if wish.closeness != "exact":
        clauses = [
            _widened(segments, clause, word) if word in wish.mistyped else clause
            for clause, word in zip(clauses, words, strict=True)
        ]
    if not clauses:
        return []
    if wish.newest_first and wish.closeness != "any":
        return newest(segments, clauses, restriction=wish.restriction, limit=wish.limit)
    return rank(
        segments,
        clauses,
        require_all=wish.closeness != "any",
        restriction=wish.restriction,
        limit=wish.limit,
    )


def _widened(segments: list[Segment], clause: Clause, word: str) -> Clause:
    """Let a mistyped word stand for the words it may have been meant to be."""
    near = {stem(close, tongue) for close in similar_words(segments, word) for tongue in _TONGUES}
    return replace(clause, terms=clause.terms | frozenset(filter(None, near)))


_TONGUES = ("de", "en")


def _find_titles(segments: list[Segment], words: Sequence[str], limit: int) -> list[Ranked]:
    *whole, last = words
    clauses = [Clause(stems_of_word(word)) for word in whole if stems_of_word(word)]
    begun = {stem(word, tongue) for word in completions(segments, last) for tongue in _TONGUES}
    begun = set(filter(None, begun)) | stems_of_word(last)
    if begun:
        clauses.append(Clause(frozenset(begun)))
    found = rank(segments, clauses, require_all=True, limit=limit, fields={"title": 1.0})
    return found or rank(segments, clauses, require_all=True, limit=limit)


def _holds(word: str) -> ColumnElement[bool]:
    return or_(
        Question.title.icontains(word, autoescape=True),
        Question.excerpt.icontains(word, autoescape=True),
    )


def _newest_with(conditions: Sequence[ColumnElement[bool]], limit: int) -> list[Ranked]:
    """Scan the newest questions only, so that a search without an index stays bounded."""
    recent = select(Question.id).order_by(Question.asked_at.desc(), Question.id.desc())
    scanned = recent.limit(SCANNED_QUESTIONS).subquery()
    rows = db.session.execute(
        select(Question.id, Question.asked_at)
        .where(Question.id.in_(select(scanned.c.id)), Question.visibility == "published")
        .where(*conditions)
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(limit)
    )
    return [Ranked(0.0, question_id, int(at.timestamp())) for question_id, at in rows]


class FallingBack:
    """The index, and the database whenever the index cannot be read."""

    def __init__(self, root: Path) -> None:
        self.first: Backend = WhooshBackend(root)
        self.second: Backend = DatabaseBackend()

    def find(self, wish: Wish) -> list[Ranked]:
        try:
            return self.first.find(wish)
        except IndexMissing:
            return self.second.find(wish)

    def find_holders(self, word: str) -> list[int]:
        try:
            return self.first.find_holders(word)
        except IndexMissing:
            return self.second.find_holders(word)

    def find_similar(self, weights: dict[str, float], limit: int) -> list[Ranked]:
        try:
            return self.first.find_similar(weights, limit)
        except IndexMissing:
            return self.second.find_similar(weights, limit)

    def find_titles(self, words: Sequence[str], limit: int) -> list[Ranked]:
        try:
            return self.first.find_titles(words, limit)
        except IndexMissing:
            return self.second.find_titles(words, limit)


def backend_at(root: Path) -> Backend:
    """Return the way of finding questions for an index folder."""
    return FallingBack(root)
