"""Requests about what the team does with questions and posts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from community.core import clock


def tool_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    soon = (clock.now() + timedelta(days=3)).date().isoformat()
    return {
        "tools.pin_question": lambda c: (
            f"/questions/{c.question()}/pin",
            {"scope": "board", "until": soon},
        ),
        "tools.unpin_question": lambda c: (f"/questions/{c.question()}/pin", {}),
        "tools.slow_question": lambda c: (
            f"/questions/{c.question()}/slow-mode",
            {"minutes": "5"},
        ),
        "tools.unslow_question": lambda c: (f"/questions/{c.question()}/slow-mode", {}),
        "tools.move_question": lambda c: (
            f"/questions/{c.question()}/board",
            {"board": "there" if c.board.slug == "here" else "here"},
        ),
    }
