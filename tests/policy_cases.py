"""What requests about moderators' cases are about, and the requests themselves."""

from collections.abc import Callable
from typing import Any

from community.identity.models import User
from tests.factories.cases import make_case

# By who acts, whether it is about them, and the state it is in.
Cases = dict[tuple[str, bool, str], int]


def make_cases(role: str, actor: User, author: User) -> Cases:
    """Make cases about the one who acts and about the author; some the actor has claimed."""
    return {
        (role, is_own, state): make_case(
            [actor if is_own else author], state=state, claimed_by=actor
        ).id
        for is_own in (True, False)
        for state in ("open", "claimed", "actioned")
    }


def case_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    decision = {"decision": "violation", "note": "They say so themselves"}
    return {
        "moderation.claim_case": lambda c: (f"{_case(c, 'open')}/claim", {}),
        "moderation.release_case": lambda c: (f"{_case(c, 'claimed')}/claim", {}),
        "moderation.decide_case": lambda c: (f"{_case(c, 'claimed')}/decision", decision),
        "moderation.undo_decision": lambda c: (f"{_case(c, 'actioned')}/decision", {"note": "No"}),
        "moderation.close_case": lambda c: (f"{_case(c, 'actioned')}/closing", {}),
    }


def _case(cell: Any, state: str) -> str:
    role = cell.role if cell.role in cell.world.people else "author"
    return f"/moderation/cases/{cell.world.cases[role, cell.target == 'own', state]}"
