"""Bounds on rendering, and the errors that say a bound was hit."""

from dataclasses import dataclass

MAX_CHARS = 30_000
"""Longest text that is rendered, in Unicode characters."""


class TextTooLong(ValueError):
    """The text has more characters than may be rendered."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"{length} characters, at most {limit} allowed")
        self.length = length
        self.limit = limit


class TooComplex(Exception):
    """Rendering this text would cost more than a forum post may cost."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendering may cost.

    `seconds` is wall time for a text handed to a child process, waiting for
    the child included; `memory_bytes` is what the child may take on top of
    what it holds when idle.
    """

    max_chars: int = MAX_CHARS
    seconds: float = 0.8
    memory_bytes: int = 256 * 1024 * 1024
    children: int = 2
    here_chars: int = 10_000
    here_specials: int = 1_000
    inline_work: int = 400_000


DEFAULT_LIMITS = Limits()
