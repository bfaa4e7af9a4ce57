"""Requests about texts out of support cases that their customers may let be published."""

from collections.abc import Callable, Mapping
from typing import Any

from community.boards.models import Board
from community.escalation.publishing.models import Publication, hash_of_text
from community.identity.models import User
from tests.factories.publishing import a_draft, ask_customer
from tests.factories.support import make_support_case

# By the role whose own case it is ("" for the author's) and its place: the text that waits.
TEXTS: dict[tuple[str, str], Publication] = {}


def make_texts(people: Mapping[str, User], author: User, boards: Mapping[str, Board]) -> None:
    """Ask everybody, and the author in each place, whether a text may be published."""
    asking = {role: people["agent" if role == "admin" else "admin"] for role in ("", *people)}
    wanted = {(role, "here"): user for role, user in people.items()}
    wanted |= dict.fromkeys((("", place) for place in boards), author)
    for (role, place), customer in wanted.items():
        case = make_support_case(requester=customer, board_id=boards[place].id)
        draft = a_draft(boards[place].slug)
        TEXTS[role, place] = ask_customer(case, agent=asking[role], draft=draft)


def publishing_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "publishing.create_publication": lambda c: (_desk(c), _draft(c)),
        "publishing.withdraw_publication": lambda c: (_desk(c), {}),
        "publications.answer_request": lambda c: ("/publications/nobodys", {"answer": "agree"}),
        "publications.answer_own_request": lambda c: (
            f"/cases/{_text(c).case_id}/publication",
            {"answer": "agree", "text": _text(c).text_hash},
        ),
    }


def _desk(cell: Any) -> str:
    return f"/desk/cases/{_text(cell).case_id}/publication"


def _draft(cell: Any) -> dict[str, Any]:
    """Return a text as it is sent once it has been read over."""
    draft = a_draft(cell.board.slug)
    shown = hash_of_text(draft.title, draft.body, draft.tags, cell.board.id, "en")
    return {**vars(draft), "shown": shown}


def _text(cell: Any) -> Publication:
    place = "there" if cell.target == "elsewhere" else "here"
    role = cell.role if cell.target == "own" and (cell.role, "here") in TEXTS else ""
    return TEXTS[role, place]
