"""Carrying a change over to a newer version of a text; pure.

Two changes of one text fit together where they touch different lines. Where both change a line, or
lines next to one another, nobody can say what was meant: then there is no answer.
"""

from collections.abc import Sequence
from typing import NamedTuple

from community.posts.diffs import BoundedMatcher, Budget


class _Change(NamedTuple):
    """Lines ``start`` to ``end`` of the base are replaced."""

    start: int
    end: int
    lines: tuple[str, ...]


def merge_texts(base: str, changed: str, newer: str) -> str | None:
    """Return ``newer`` with what makes ``changed`` of ``base``; None where they do not fit."""
    if base == newer or changed == newer:
        return changed
    if base == changed:
        return newer
    lines = base.split("\n")
    ours, theirs = _changes(lines, changed.split("\n")), _changes(lines, newer.split("\n"))
    new = [change for change in ours if change not in theirs]
    if any(_touch(one, other) for one in new for other in theirs):
        return None
    for change in sorted((*new, *theirs), reverse=True):
        lines[change.start : change.end] = change.lines
    return "\n".join(lines)


def _changes(base: list[str], other: list[str]) -> list[_Change]:
    codes = BoundedMatcher(base, other, Budget()).get_opcodes()
    return [
        _Change(start, end, tuple(other[first:last]))
        for tag, start, end, first, last in codes
        if tag != "equal"
    ]


def _touch(one: _Change, other: _Change) -> bool:
    return one.start <= other.end and other.start <= one.end


def merge_names(base: Sequence[str], changed: Sequence[str], newer: Sequence[str]) -> list[str]:
    """Return ``newer`` with the names that ``changed`` adds, without those it leaves out."""
    kept = [name for name in newer if name in changed or name not in base]
    return kept + [name for name in changed if name not in base and name not in kept]
