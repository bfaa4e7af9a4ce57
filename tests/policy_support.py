"""Requests about cases of the support team: the board "here" has a team of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from community.boards.models import Board
from community.core.db import db, transaction
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations.incidents import join_incident
from community.escalation.side.models import SideConversation
from community.escalation.teams.models import Team, TeamBoard, TeamMember
from community.identity.models import User
from tests.factories.support import make_support_case, make_team
from tests.policy_publishing import make_texts, publishing_requests

# By the role whose own it is ("" for the author's), where it is, and whether somebody owns it.
SupportCases = dict[tuple[str, str, bool], int]
# Conversations with somebody outside, by their case.
SIDES: dict[int, int] = {}
PRIVATE_QUESTION = {
    "title": "A matter that is mine alone",
    "body": "You took the money twice.",
    "language": "en",
}


def make_support_cases(
    people: Mapping[str, User], author: User, boards: Mapping[str, Board]
) -> SupportCases:
    """Make teams, and cases of everybody and of the author."""
    elsewhere = make_team()
    with transaction():
        here = Team(slug="here", names={"en": "Here"})
        db.session.add(here)
        db.session.flush()
        db.session.add(TeamBoard(board_id=boards["here"].id, team_id=here.id))
        members = (here, "agent"), (here, "board agent"), (elsewhere, "agent")
        for team, role in members:
            db.session.add(TeamMember(team_id=team.id, user_id=people[role].id))
    owner_id = people["agent"].id
    cases = {
        (role, "here", owned): _make(user, boards["here"], owner_id if owned else None)
        for role, user in people.items()
        for owned in (False, True)
    }
    for place, board in boards.items():
        for owned in (False, True):
            cases["", place, owned] = _make(author, board, owner_id if owned else None)
        child = _make(author, board, None)
        with transaction():
            join_incident(people["admin"], child, cases["", place, True])
    for case_id in cases.values():
        with transaction():
            side = SideConversation(case_id=case_id, email="noc@supplier.example", subject="Mast")
            db.session.add(side)
            db.session.flush()
            SIDES[case_id] = side.id
    make_texts(people, author, boards)
    return cases


def _make(requester: User, board: Board, owner_id: int | None) -> int:
    case = make_support_case(requester=requester, board_id=board.id)
    if owner_id is not None:
        with transaction():
            db.session.get_one(SupportCase, case.id).owner_id = owner_id
    return case.id


def support_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    seen = {"seen_message": "999999", "seen_post": "999999"}
    message = {"target": "private", "body": "Please tell me the number.", **seen}
    return publishing_requests() | {
        "desk.create_message": lambda c: (f"/desk/cases/{_case(c)}/messages", message),
        "desk.fill_reply": lambda c: (
            f"/desk/cases/{_case(c)}/draft",
            {**message, "macro": str(c.world.macro)},
        ),
        "desk.show_present": lambda c: (f"/desk/cases/{_case(c)}/presence", {"typing": "1"}),
        "desk.merge": lambda c: (
            f"/desk/cases/{_case(c)}/merge",
            {"into": str(_case(c, owned=True))},
        ),
        "desk.join": lambda c: (
            f"/desk/cases/{_case(c)}/parent",
            {"parent": str(_case(c, owned=True))},
        ),
        "desk.leave": lambda c: (f"/desk/cases/{_case(c)}/parent", {}),
        "desk.tell_children": lambda c: (
            f"/desk/cases/{_case(c, owned=True)}/children/messages",
            {"text-en": "It is mended."},
        ),
        "side.create_side": lambda c: (
            f"/desk/cases/{_case(c)}/side",
            {"email": "noc@supplier.example", "subject": "Mast", "body": "Is it mended?"},
        ),
        "side.create_message": lambda c: (
            f"/desk/side/{SIDES[_case(c)]}/messages",
            {"body": "Is it mended?"},
        ),
        "desk.take_case": lambda c: (f"/desk/cases/{_case(c)}/owner", {"owner": "me"}),
        "desk.give_back": lambda c: (f"/desk/cases/{_case(c, owned=True)}/owner", {}),
        "desk.move_case": lambda c: (f"/desk/cases/{_case(c)}/state", {"state": "pending"}),
        "desk.save_priority": lambda c: (f"/desk/cases/{_case(c)}/priority", {"priority": "high"}),
        "desk.hand_over": lambda c: (
            f"/desk/cases/{_case(c)}/team",
            {"team": c.world.team, "team_reason": "It is about a bill."},
        ),
        "support.create_message": lambda c: (f"/cases/{_case(c)}/messages", {"body": "Thanks."}),
        "support.create_case": lambda c: ("/cases", PRIVATE_QUESTION),
    }


def _case(cell: Any, *, owned: bool = False) -> int:
    place = "there" if cell.target == "elsewhere" else "here"
    role = cell.role if cell.target == "own" and cell.role in cell.world.people else ""
    return cell.world.support_cases[role, place, owned]  # type: ignore[no-any-return]
