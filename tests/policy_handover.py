"""The requests that hand questions over, and that decide when it happens by itself."""

from collections.abc import Callable
from typing import Any

RULE = {"is_on": "1", "normal_hours": "8", "urgent_hours": "2", "me_too_count": "3"}
REASON = {"reason": "Nobody here can look into the account."}


def handover_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "handover.hand_over": lambda c: (f"/questions/{c.question()}/handover", REASON),
        "handover.call_directly": lambda c: (f"/questions/{c.question()}/direct-line", REASON),
        "handover.report_unsolved": lambda c: (f"/questions/{c.question()}/unsolved", {}),
        "handover_rules.save_rule": lambda c: (f"/admin/handover/boards/{c.board.id}", RULE),
        "handover_rules.save_words": lambda c: (
            "/admin/handover/words/danger/en",
            {"words": "on fire"},
        ),
    }
