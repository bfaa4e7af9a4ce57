"""A customer's own cases."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.escalation.cases.models import CaseLink, SupportCase
from community.escalation.cases.policies import can_follow_case
from community.escalation.cases.queries.merged import surviving_id
from community.questions.models import Question


class OwnPage(NamedTuple):
    """Cases, newest first; ``more`` is the id the next page begins behind."""

    cases: Sequence[SupportCase]
    more: int | None


def page_of_own_cases(viewer: Viewer, *, before: int | None = None) -> OwnPage:
    """Return the viewer's own cases, newest first."""
    query = select(SupportCase).where(SupportCase.requester_id == (viewer.viewer_id or 0))
    if before is not None:
        query = query.where(SupportCase.id < before)
    rows = db.session.scalars(query.order_by(SupportCase.id.desc()).limit(PAGE_SIZE + 1)).all()
    more = rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None
    return OwnPage(rows[:PAGE_SIZE], more)


def get_own_case(viewer: Viewer, case_id: int) -> SupportCase:
    """Return a case of the viewer's own; raises ``NotFound`` for anybody else's."""
    found = db.session.get(SupportCase, case_id)
    if found is None or not can_follow_case(viewer, found):
        raise NotFound()
    return found


def get_question_of(case: SupportCase) -> Question | None:
    """Return the question of a case, where it can be read."""
    if case.question_id is None:
        return None
    question = db.session.get(Question, case.question_id)
    return question if question and question.is_published else None


def get_follow_up(case: SupportCase) -> int | None:
    """Return the case that goes on where a closed one ended, or that it became part of."""
    if (survivor_id := surviving_id(case)) != case.id:
        return survivor_id
    later = select(CaseLink.case_id).where(
        CaseLink.other_id == case.id, CaseLink.kind == "follow_up"
    )
    return db.session.scalar(later.order_by(CaseLink.id.desc()).limit(1))
