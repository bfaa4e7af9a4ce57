"""Texts rendered ahead of a transaction, remembered until it ends.

Rendering an adversarial text may take a second. Whoever must not hold the database's write lock
for that long renders first, inside ``remembering()``, and finds the HTML ready afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup

_rendered: ContextVar[dict[str, Markup] | None] = ContextVar("rendered_ahead", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember inside the block what ``remember`` is given."""
    token = _rendered.set({})
    try:
        yield
    finally:
        _rendered.reset(token)


def remember(text: str, html: Markup) -> None:
    """Keep the HTML of a text; outside ``remembering()`` nothing is kept."""
    memo = _rendered.get()
    if memo is not None:
        memo[text] = html


def recall(text: str) -> Markup | None:
    """Return the HTML of a text rendered ahead, or None."""
    memo = _rendered.get()
    return memo.get(text) if memo else None
