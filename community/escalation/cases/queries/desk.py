"""What the desk shows: lists of cases, one case with its people, and the one to take next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import aliased

from community.boards.models import Board
from community.core.authz import Viewer, is_admin, require
from community.core.db import AnyRow, AnySelect, db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.core.undeliverable import last_bounce
from community.escalation.cases.models import (
    IN_HAND,
    NEW,
    ON_HOLD,
    OPEN,
    PENDING,
    CaseLink,
    SupportCase,
)
from community.escalation.cases.policies import can_see_case
from community.escalation.cases.queries.ordering import (
    NEVER,
    TIME,
    Place,
    in_order,
    keys_of,
    read_place,
)
from community.escalation.sla.models import CLOCK_KINDS, SlaClock
from community.escalation.sla.queries import has_missed_deadline, list_clocks, nearest_clocks
from community.escalation.teams.models import Team
from community.escalation.teams.policies import can_use_desk
from community.escalation.teams.queries import team_ids_of, workers_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.questions.models import Question

# The lists of the desk, in their order.
VIEWS = ("mine", "team", "unassigned", "breached", "waiting", "all")


class CaseRow(NamedTuple):
    """A case in a list: whose it is, who asked, and how many have the same problem."""

    case: SupportCase
    owner_name: str | None
    requester_name: str | None
    me_too_count: int | None
    deadline: SlaClock | None = None


class CasePage(NamedTuple):
    """Cases in their order; ``more`` begins the next page."""

    rows: Sequence[CaseRow]
    more: str


@dataclass(frozen=True)
class CaseRecord:
    """A case with its question and everybody in it.

    ``bounced_at`` is when a mail to the customer last came back: then they may know of nothing.
    """

    case: SupportCase
    question: Question | None
    board: Board | None
    team: Team
    owner: Person | None
    requester: Person | None
    links: Sequence[tuple[str, SupportCase]]
    clocks: Sequence[SlaClock]
    bounced_at: datetime | None


def page_of_cases(
    viewer: Viewer, *, show: str = "team", order: str = TIME, after: str = ""
) -> CasePage:
    """Return cases of the viewer's teams in order: by time left, or the most pressing first.

    ``show`` is one of ``VIEWS``, ``order`` one of ``ORDERS``, ``after`` where a page before ended.
    Of all cases there ever were, the newest come first.
    """
    require(can_use_desk(viewer))
    owner, requester = aliased(User), aliased(User)
    questions: Any = Question.__table__
    query = (
        select(SupportCase, owner.display_name, requester.display_name, questions.c.me_too_count)
        .outerjoin(owner, owner.id == SupportCase.owner_id)
        .outerjoin(requester, requester.id == SupportCase.requester_id)
        .outerjoin(questions, questions.c.id == SupportCase.question_id)
    )
    conditions = case_is_for(viewer), _is_in(viewer, show)
    if show == "all":
        query = _newest_first(query.where(*conditions), after)
    else:
        keys = keys_of(order, *conditions)
        keyed = query.join(keys, keys.c.id == SupportCase.id)
        keyed = keyed.add_columns(keys.c.due_at, keys.c.rank)
        query = in_order(keyed, keys, read_place(after))
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    nearest = nearest_clocks([row[0].id for row in rows])
    found = [CaseRow(row[0], row[1], row[2], row[3], nearest.get(row[0].id)) for row in rows]
    more = _place_of(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else ""
    return CasePage(found[:PAGE_SIZE], more)


def _newest_first(query: AnySelect, after: str) -> AnySelect:
    place = read_place(after)
    if place is not None:
        query = query.where(SupportCase.id < place.case_id)
    return query.order_by(SupportCase.id.desc())


def _place_of(row: AnyRow) -> str:
    due_at, rank = (row[4], row[5]) if len(row) > 4 else (NEVER, 0)
    return Place(due_at, rank, row[0].id).written()


def _is_in(viewer: Viewer, show: str) -> ColumnElement[bool]:
    """Return the condition for a list of the desk; a list nobody knows is the team's."""
    if show == "mine":
        return and_(
            SupportCase.state.in_((NEW, OPEN)), SupportCase.owner_id == (viewer.viewer_id or 0)
        )
    if show == "unassigned":
        return and_(SupportCase.state.in_(IN_HAND), SupportCase.owner_id.is_(None))
    if show == "breached":
        return and_(SupportCase.state.in_(IN_HAND), has_missed_deadline(SupportCase.id))
    if show == "waiting":
        return SupportCase.state.in_((PENDING, ON_HOLD))
    if show == "all":
        return true()
    return SupportCase.state.in_((NEW, OPEN))


def count_cases(viewer: Viewer) -> Mapping[str, int]:
    """Return how many cases each list of the desk holds, but for the one of all."""
    require(can_use_desk(viewer))
    columns = [
        func.sum(case((_is_in(viewer, show), 1), else_=0)) for show in VIEWS if show != "all"
    ]
    row = db.session.execute(
        select(*columns).where(case_is_for(viewer), SupportCase.state.in_(IN_HAND))
    ).one()
    return dict(zip(VIEWS, (number or 0 for number in row), strict=False))


def case_is_for(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for cases the viewer may work on (``can_see_case``)."""
    if not can_use_desk(viewer):
        return false()
    not_own = SupportCase.requester_id.is_distinct_from(viewer.viewer_id)
    if is_admin(viewer):
        return not_own
    theirs = SupportCase.team_id.in_(team_ids_of(viewer))
    return and_(not_own, or_(theirs, SupportCase.owner_id == viewer.viewer_id))


def get_case(viewer: Viewer, case_id: int) -> SupportCase:
    """Return a case the viewer works on; raises ``NotFound`` for any other."""
    found = db.session.get(SupportCase, case_id)
    if found is None or not can_see_case(viewer, found, team_ids_of(viewer)):
        raise NotFound()
    return found


def sees_case(viewer: Viewer, case_id: int) -> bool:
    """Say whether there is such a case and the viewer works on it."""
    found = db.session.get(SupportCase, case_id)
    return found is not None and can_see_case(viewer, found, team_ids_of(viewer))


def get_case_record(viewer: Viewer, case_id: int) -> CaseRecord:
    """Return a case the viewer works on with everybody in it; raises ``NotFound``."""
    found = get_case(viewer, case_id)
    people = _people({found.owner_id, found.requester_id})
    question = None
    if found.question_id is not None:
        question = db.session.get(Question, found.question_id)
    board_id = question.board_id if question else found.board_id
    return CaseRecord(
        case=found,
        question=question,
        board=db.session.get(Board, board_id) if board_id else None,
        team=db.session.get_one(Team, found.team_id),
        owner=people.get(found.owner_id or 0),
        requester=people.get(found.requester_id or 0),
        links=_links_of(found),
        clocks=_shown_clocks(found),
        bounced_at=_last_bounce(found),
    )


def _last_bounce(found: SupportCase) -> datetime | None:
    address = found.requester_email
    if found.requester_id is not None:
        address = db.session.scalar(select(User.email).where(User.id == found.requester_id))
    return last_bounce(address) if address else None


def _shown_clocks(found: SupportCase) -> list[SlaClock]:
    """Return the newest clock of each kind, in their order."""
    newest = {clock.kind: clock for clock in list_clocks(found.id)}
    return [newest[kind] for kind in CLOCK_KINDS if kind in newest]


def _people(user_ids: set[int | None]) -> dict[int, Person]:
    wanted = [user_id for user_id in user_ids if user_id is not None]
    rows: Any = db.session.execute(select(*person_columns()).where(User.id.in_(wanted)))
    return {row[0]: Person(*row[:PERSON_WIDTH]) for row in rows}


def _links_of(found: SupportCase) -> list[tuple[str, SupportCase]]:
    """Return the cases this one is linked to; the kind ends in "_of" seen from the other side."""
    there = (
        select(CaseLink.kind, SupportCase)
        .join(SupportCase, SupportCase.id == CaseLink.other_id)
        .where(CaseLink.case_id == found.id)
    )
    back = (
        select(CaseLink.kind + "_of", SupportCase)
        .join(SupportCase, SupportCase.id == CaseLink.case_id)
        .where(CaseLink.other_id == found.id)
    )
    rows = [*db.session.execute(there), *db.session.execute(back)]
    return [(kind, linked) for kind, linked in rows]


def next_case_id(viewer: Viewer, besides: int | None = None) -> int | None:
    """Return the case to work on next of one's own and those nobody owns: the one due first.

    ``besides`` is the id of a case that is open before one's eyes already.
    """
    mine = or_(SupportCase.owner_id == viewer.viewer_id, SupportCase.owner_id.is_(None))
    conditions = [case_is_for(viewer), SupportCase.state.in_((NEW, OPEN)), mine]
    if besides is not None:
        conditions.append(SupportCase.id != besides)
    keys = keys_of(TIME, *conditions)
    return db.session.scalar(in_order(select(keys.c.id), keys, None).limit(1))


def list_colleagues(found: SupportCase) -> list[Person]:
    """Return who works in a case's team and may own it, by name."""
    rows: Any = db.session.execute(
        select(*person_columns())
        .where(User.id.in_(workers_of(found.team_id)), User.id != (found.requester_id or 0))
        .order_by(User.display_name, User.id)
    )
    return [Person(*row[:PERSON_WIDTH]) for row in rows]
