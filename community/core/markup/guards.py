"""Cheap, linear judgements of what a text will cost."""

import re

from community.core.markup.limits import Limits, TooComplex

_SPECIAL = re.compile(r"[\\`*_\[\]()<>~|#!]|^[^\S\n]*(?:>|[-+]|\d+[.)])", re.MULTILINE)


def may_render_here(text: str, limits: Limits) -> bool:
    """Tell whether `text` is so small and plain that no child process is needed.

    The bounds are set so that the worst text found below them stays far under
    the time limit (tests/core/test_markup_limits.py searches for worse ones).
    """
    if len(text) > limits.here_chars:
        return False
    return len(_SPECIAL.findall(text)) <= limits.here_specials


class WorkBudget:
    """Count the work of inline parsing, which can grow with the square of the text.

    Counted, not timed: the same text gives the same HTML on a busy machine.
    """

    def __init__(self) -> None:
        self._left = 0

    def reset(self, units: int) -> None:
        """Start a text with `units` to spend."""
        self._left = units

    def spend_replacement(self, data: str) -> None:
        """Pay for a match, which makes a new copy of the whole text in work."""
        self.spend(1 + len(data) // 256)

    def spend(self, units: int) -> None:
        """Take `units` off; raises TooComplex when nothing is left."""
        self._left -= units
        if self._left < 0:
            raise TooComplex("inline parsing")
