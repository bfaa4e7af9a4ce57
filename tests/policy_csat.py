"""What requests about customers' satisfaction are about, and the requests themselves."""

from collections.abc import Callable
from typing import Any

from community.identity.models import User
from tests.factories.csat import ask_about, make_solved_case


def make_solved(customer: User) -> int:
    """Solve a case of somebody's, ask them about it, and return its id."""
    return ask_about(make_solved_case(customer)).case_id


def csat_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "acceptance_links.accept": lambda c: ("/acceptances/nobodys", {}),
        "csat.answer": lambda c: ("/satisfaction/nobodys", {"mark": "5"}),
        "csat.refuse": lambda c: ("/satisfaction/nobodys/refusal", {}),
        "csat.answer_own": lambda c: (f"/cases/{_case(c)}/satisfaction", {"mark": "5"}),
    }


def _case(cell: Any) -> int:
    solved = cell.world.solved_cases
    whose = cell.role if cell.target == "own" and cell.role in solved else "author"
    return int(solved[whose])
