"""What changed between two versions of a text: by line, and by word within changed lines.

The work is counted and bounded, so that texts made to be slow to compare only get a coarser
answer: every difference shown is true, but more of the text may count as changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from markupsafe import Markup, escape

CONTEXT_LINES = 2
ELLIPSIS = "…"
# Steps of comparison a diff may take; 200,000 are about 40 ms.
DEFAULT_BUDGET = 200_000
STEPS_PER_LINE = 50
ALIKE = 0.4
GONE, COME = Markup("<del>{}</del>"), Markup("<ins>{}</ins>")

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class DiffLine(NamedTuple):
    """One line of a diff: ``kind`` is same, added or removed."""

    kind: str
    text: str


class _Piece(NamedTuple):
    is_same: bool
    before: Sequence[str]
    after: Sequence[str]


class Budget:
    """Steps that the comparisons of one diff share."""

    def __init__(self, steps: int = DEFAULT_BUDGET) -> None:
        self.left = steps

    def take(self, steps: int) -> bool:
        """Use steps up; False, and nothing used, where too few are left."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


class BoundedMatcher(SequenceMatcher[str]):
    """A ``SequenceMatcher`` that finds no more matches once the budget is spent."""

    def __init__(self, a: Sequence[str], b: Sequence[str], budget: Budget) -> None:
        super().__init__(None, a, b, autojunk=False)
        self._budget = budget
        self._length = len(a)
        # What finding the longest match costs: each item of `a` visits its equals in `b`.
        places: dict[str, list[int]] = self.b2j  # type: ignore[attr-defined]
        costs = (1 + len(places.get(item, ())) for item in a)
        self._cost_until = list(accumulate(costs, initial=0))

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        end = self._length if ahi is None else ahi
        if not self._budget.take(self._cost_until[end] - self._cost_until[alo]):
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def diff_lines(old: str, new: str, budget: Budget | None = None) -> list[DiffLine]:
    """Return what changed, with two lines around each change; nothing for equal texts."""
    if old == new:
        return []
    lines = _changed_lines(old.split("\n"), new.split("\n"), budget or Budget())
    return list(_without_far_lines(list(lines)))


def _changed_lines(before: list[str], after: list[str], budget: Budget) -> Iterator[DiffLine]:
    for piece in _pieces(before, after, budget):
        if piece.is_same:
            yield from (DiffLine("same", line) for line in piece.before)
        elif len(piece.before) == len(piece.after):
            for one, other in zip(piece.before, piece.after, strict=True):
                yield from _changed_words(one, other, budget)
        else:
            yield from (DiffLine("removed", line) for line in piece.before)
            yield from (DiffLine("added", line) for line in piece.after)


def _changed_words(old: str, new: str, budget: Budget) -> Iterator[DiffLine]:
    """Mark the changed words of two versions of a line, where they have enough in common."""
    pieces: list[_Piece] = []
    if budget.take(STEPS_PER_LINE):
        pieces = list(_pieces(_WORD.findall(old), _WORD.findall(new), budget))
    common = sum(len(word) for piece in pieces if piece.is_same for word in piece.before)
    if common < ALIKE * max(len(old), len(new)):
        yield DiffLine("removed", old)
        yield DiffLine("added", new)
        return
    gone = _marked(((piece.before, piece.is_same) for piece in pieces), GONE)
    come = _marked(((piece.after, piece.is_same) for piece in pieces), COME)
    yield DiffLine("removed", gone)
    yield DiffLine("added", come)


def _marked(parts: Iterable[tuple[Sequence[str], bool]], mark: Markup) -> Markup:
    """Return a line with a mark around what differs from its other version."""
    line = Markup()
    for words, is_same in parts:
        text = "".join(words)
        line += escape(text) if is_same or not text else mark.format(text)
    return line


def _pieces(before: Sequence[str], after: Sequence[str], budget: Budget) -> Iterator[_Piece]:
    """Cut two sequences into stretches that are the same and stretches that differ."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    left, right = before[start : len(before) - end], after[start : len(after) - end]
    if start:
        yield _Piece(True, before[:start], after[:start])
    if left or right:
        for tag, i1, i2, j1, j2 in BoundedMatcher(left, right, budget).get_opcodes():
            yield _Piece(tag == "equal", left[i1:i2], right[j1:j2])
    if end:
        yield _Piece(True, before[len(before) - end :], after[len(after) - end :])


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many items two sequences share at their start."""
    for number, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return number
    return min(len(left), len(right))


def _without_far_lines(lines: list[DiffLine]) -> Iterator[DiffLine]:
    """Leave out unchanged lines that are far from any change."""
    near: set[int] = set()
    for number, line in enumerate(lines):
        if line.kind != "same":
            near.update(range(number - CONTEXT_LINES, number + CONTEXT_LINES + 1))
    skipped = False
    for number, line in enumerate(lines):
        if number in near:
            yield line
        elif not skipped:
            yield DiffLine("same", ELLIPSIS)
        skipped = number not in near
