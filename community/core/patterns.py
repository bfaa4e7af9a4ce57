"""Regular expressions that operators type: only those whose cost is bounded by how they are built.

A backtracking engine can take years over a short pattern, and nothing can be told from trying it
once. So a pattern is taken only if it cannot branch out: every repetition says its most, none
stands inside another, nothing refers back, and the ways to match from one place, multiplied, stay
below a bound. Such a pattern needs at most that many steps for each character of a text. As a
second line each is run, in a process of its own that can be killed, over texts made to hurt it.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MAX_CHARS = 200
MOST_REPEATED = 100
MOST_WAYS = 1_000
MOST_WIDE = 1_000
TRIAL_SECONDS = 3.0
TRIAL_CHARS = 30_000
FEWEST_CHARS = 2

_REST_OF_WORD = r"\w{0,30}"
_SPACE = r"\s{1,2}"

_PLAIN = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN, codes.AT, codes.CATEGORY)
_TRIAL = """
import re, sys
pattern = re.compile(sys.argv[1], re.IGNORECASE)
for piece in sys.argv[2:]:
    text = (piece * (%d // len(piece) + 1))[:%d]
    for sample in (text, text + "!", text[:-1] + "\\0"):
        for _ in pattern.finditer(sample):
            pass
"""


class PatternRefused(ValueError):
    """A pattern that is none, or could take too long; ``words`` say why, to who typed it."""

    def __init__(self, words: str | LazyString) -> None:
        super().__init__()
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


@lru_cache(maxsize=500)
def compile_bounded(pattern: str, *, most_chars: int = MAX_CHARS) -> re.Pattern[str]:
    """Return a pattern, blind to case, that surely ends soon; raises ``PatternRefused``."""
    if len(pattern) > most_chars:
        raise PatternRefused(
            _l("This pattern is too long: at most %(num)s characters.", num=most_chars)
        )
    try:
        parsed = _parser.parse(pattern, re.IGNORECASE)
        compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, DeprecationWarning) as error:
        raise PatternRefused(_l("This is not a regular expression.")) from error
    if compiled.search("") is not None:
        raise PatternRefused(_l("This pattern fits a text without a single character."))
    if _ways(parsed) > MOST_WAYS or parsed.getwidth()[1] > MOST_WIDE:
        raise PatternRefused(
            _l("This pattern could take too long: it repeats too much, too many times over.")
        )
    return compiled


def compile_literal(words: str) -> re.Pattern[str]:
    """Return what finds words as they stand, whole and blind to case; raises ``PatternRefused``.

    A blank in them stands for any space, ``*`` for the rest of a word.
    """
    parts = words.split()
    known = "".join(parts).replace("*", "")
    if len(known) < FEWEST_CHARS or not any(map(str.isalnum, known)):
        raise PatternRefused(_l("Name at least two characters beside *, and a letter or digit."))
    inner = _SPACE.join(_REST_OF_WORD.join(map(re.escape, part.split("*"))) for part in parts)
    starts = r"(?<!\w)" if _is_of_word(words.lstrip()[0]) else ""
    ends = r"(?!\w)" if _is_of_word(words.rstrip()[-1]) else ""
    # Escaped, words may be longer than a pattern that somebody types.
    return compile_bounded(f"{starts}{inner}{ends}", most_chars=10 * len(words) + MAX_CHARS)


def _is_of_word(char: str) -> bool:
    return char == "*" or char.isalnum() or char == "_"


def try_out(pattern: str) -> None:
    """Run a bounded pattern over texts made to hurt it; raises ``PatternRefused``.

    It runs in a process of its own, for a few seconds at most. For patterns about to be stored.
    """
    program = _TRIAL % (TRIAL_CHARS, TRIAL_CHARS)
    command = [sys.executable, "-I", "-c", program, pattern, *_pieces(pattern)]
    try:
        subprocess.run(command, timeout=TRIAL_SECONDS, check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise PatternRefused(_l("This pattern takes too long.")) from error


def _pieces(pattern: str) -> Sequence[str]:
    """Return what texts are made of that come close to fitting."""
    literal = "".join(char for char in pattern if char.isalnum())
    return [piece for piece in ("a", "1", " ", "a1 -", literal, pattern) if piece]


def _ways(items: Iterable[tuple[Any, Any]]) -> int:
    """Return in how many ways the items can match from one place, at most."""
    ways = 1
    for code, value in items:
        ways *= _ways_of(code, value)
        if ways > MOST_WAYS:
            return ways
    return ways


def _ways_of(code: Any, value: Any) -> int:
    if code in _PLAIN:
        return 1
    if code is codes.SUBPATTERN:
        return _ways(value[3])
    if code is codes.BRANCH:
        return sum(_ways(branch) for branch in value[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways(value[1])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _ways_of_repeat(*value)
    raise PatternRefused(
        _l("This pattern refers back to what it has matched: that can take years.")
    )


def _ways_of_repeat(least: int, most: int, items: Any) -> int:
    if most > MOST_REPEATED:
        raise PatternRefused(
            _l(
                "Say how often something may be repeated at most, up to %(num)s times: "
                "{0,20} instead of *, {1,20} instead of +.",
                num=MOST_REPEATED,
            )
        )
    inner = _ways(items)
    if most <= 1:
        return inner + (1 if least == 0 else 0)
    if inner > 1:
        raise PatternRefused(
            _l("This pattern repeats what repeats or branches itself: that can take years.")
        )
    return int(most - least + 1)
