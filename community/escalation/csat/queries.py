"""Reads of what customers were asked and what they answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from community.core.authz import Viewer, is_admin
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.core.spans import Span
from community.escalation.cases.models import CLOSED, OUTCOMES, SOLVED, SupportCase
from community.escalation.csat.models import LOW_MARK, CsatRefusal, CsatResponse
from community.escalation.teams.models import Team
from community.escalation.teams.queries import list_teams, list_worker_ids, team_ids_of
from community.identity.models import User

# So long after it was solved a customer is asked.
ASKED_AFTER = timedelta(hours=24)
# What was solved longer ago is not asked about, as when this begins on a site with old cases.
TOO_OLD = timedelta(days=7)
# So many marks stand beside a case.
MARKS_SHOWN = 5


@dataclass(frozen=True)
class Month:
    """What came of one team's questions of a month; ``average`` is None where nobody answered."""

    team_id: int
    asked: int
    answered: int
    low: int
    average: float | None


def list_due_cases(now: datetime, *, after_id: int, limit: int) -> Sequence[SupportCase]:
    """Return cases about which a customer is to be asked now, by id."""
    asked = select(CsatResponse.id).where(CsatResponse.case_id == SupportCase.id)
    due = (
        select(SupportCase)
        .outerjoin(User, User.id == SupportCase.requester_id)
        .outerjoin(CsatRefusal, CsatRefusal.user_id == SupportCase.requester_id)
        .where(
            SupportCase.id > after_id,
            SupportCase.state.in_((SOLVED, CLOSED)),
            # The same words for the end of a day's wait: nobody is asked a minute early.
            SupportCase.solved_at <= now - ASKED_AFTER,
            SupportCase.solved_at > now - TOO_OLD,
            # Not what members answered, or what was no matter at all.
            SupportCase.outcome.in_(OUTCOMES),
            CsatRefusal.id.is_(None),
            or_(_is_mailable(), SupportCase.requester_email.is_not(None)),
            ~asked.exists(),
        )
    )
    return db.session.scalars(due.order_by(SupportCase.id).limit(limit)).all()


def _is_mailable() -> ColumnElement[bool]:
    return and_(User.active.is_(True), User.email.is_not(None), User.confirmed_at.is_not(None))


def has_refused(hashes: Sequence[str]) -> bool:
    """Say whether a stranger with an address of one of these hashes is not to be asked."""
    refused = select(CsatRefusal.id).where(CsatRefusal.address_hash.in_(hashes))
    return db.session.scalar(refused) is not None


def get_response(response_id: int) -> tuple[CsatResponse, SupportCase]:
    """Return a question and its case; raises ``NotFound``."""
    return _one(CsatResponse.id == response_id)


def marks_of_customer(viewer: Viewer, customer_id: int) -> Sequence[CsatResponse]:
    """Return the newest marks a customer gave, of the teams whose answers the viewer sees."""
    answered = select(CsatResponse).where(
        CsatResponse.customer_id == customer_id,
        CsatResponse.team_id.in_([team.id for team in list_own_teams(viewer)]),
        CsatResponse.mark.is_not(None),
    )
    return db.session.scalars(answered.order_by(CsatResponse.id.desc()).limit(MARKS_SHOWN)).all()


def was_asked(case_id: int) -> bool:
    """Say whether the customer of a case was asked about it."""
    asked = select(CsatResponse.id).where(CsatResponse.case_id == case_id)
    return db.session.scalar(asked) is not None


def get_own_response(viewer: Viewer, case_id: int) -> tuple[CsatResponse, SupportCase]:
    """Return the question about one's own case; raises ``NotFound`` also before it was asked."""
    if viewer.viewer_id is None:
        raise NotFound()
    return _one(and_(CsatResponse.case_id == case_id, SupportCase.requester_id == viewer.viewer_id))


def _one(condition: ColumnElement[bool]) -> tuple[CsatResponse, SupportCase]:
    found = db.session.execute(
        select(CsatResponse, SupportCase)
        .join(SupportCase, SupportCase.id == CsatResponse.case_id)
        .where(condition)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def list_alerted(team_id: int) -> Sequence[int]:
    """Return whom a low mark concerns: the team's lead, or all who work in it without one."""
    lead_id = db.session.scalar(select(Team.lead_id).where(Team.id == team_id))
    if lead_id is not None:
        return [lead_id]
    return list_worker_ids(team_id)


def list_own_teams(viewer: Viewer) -> Sequence[Team]:
    """Return the teams whose answers the viewer sees: their own, all for administrators."""
    if is_admin(viewer):
        return list_teams()
    own = team_ids_of(viewer)
    return [team for team in list_teams() if team.id in own]


def months_of(teams: Sequence[Team], spans: Sequence[Span]) -> list[tuple[Span, list[Month]]]:
    """Return figures by month (the newest first) and team, by when customers were asked."""
    # Grouped from outside: PostgreSQL takes two expressions with the same parameters for two.
    number = case(*((_asked_in(span), place) for place, span in enumerate(spans)))
    asked = (
        select(number.label("span"), CsatResponse.team_id, CsatResponse.mark)
        .where(or_(*map(_asked_in, spans)), CsatResponse.team_id.in_([team.id for team in teams]))
        .subquery()
    )
    mark = asked.c.mark
    low = func.count(case((mark <= LOW_MARK, 1)))
    rows = db.session.execute(
        select(asked.c.span, asked.c.team_id, func.count(), func.count(mark), low, func.sum(mark))
        .select_from(asked)
        .group_by(asked.c.span, asked.c.team_id)
    ).all()
    found = {(row[0], row[1]): _month(row) for row in rows}
    return [
        (span, [found[place, team.id] for team in teams if (place, team.id) in found])
        for place, span in reversed(list(enumerate(spans)))
    ]


def _asked_in(span: Span) -> ColumnElement[bool]:
    return and_(CsatResponse.asked_at >= span.begins_at, CsatResponse.asked_at < span.ends_at)


def _month(row: Any) -> Month:
    _span, team_id, asked, answered, low, total = row
    return Month(team_id, asked, answered, low, int(total) / answered if answered else None)


def page_of_responses(
    team_ids: Collection[int],
    cursor: Cursor | None,
    *,
    show: str,
    span: Span | None = None,
    case_id: int | None = None,
) -> Page[tuple[CsatResponse, SupportCase]]:
    """Return questions, the newest first: all (``asked``), the ``answered`` ones, or ``low``."""
    query = (
        select(CsatResponse, SupportCase)
        .join(SupportCase, SupportCase.id == CsatResponse.case_id)
        .where(
            CsatResponse.team_id.in_(team_ids),
            before(cursor, CsatResponse.asked_at, CsatResponse.id),
        )
        .order_by(CsatResponse.asked_at.desc(), CsatResponse.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    rows = db.session.execute(_narrowed(query, show, span, case_id)).all()
    pairs = [(row[0], row[1]) for row in rows]
    return page_of(pairs, lambda pair: (pair[0].asked_at, pair[0].id))


def _narrowed(
    query: Select[CsatResponse, SupportCase],
    show: str,
    span: Span | None,
    case_id: int | None,
) -> Select[CsatResponse, SupportCase]:
    if show == "answered":
        query = query.where(CsatResponse.mark.is_not(None))
    if show == "low":
        query = query.where(CsatResponse.mark <= LOW_MARK)
    if span is not None:
        query = query.where(_asked_in(span))
    return query if case_id is None else query.where(CsatResponse.case_id == case_id)
