"""Getting hold of a case to change it: its question first, as everybody does who changes both."""

from typing import NamedTuple

from sqlalchemy import select

from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.errors import NotFound
from community.escalation.cases.errors import CaseClosed
from community.escalation.cases.models import CLOSED, SupportCase
from community.escalation.cases.policies import can_change_case, can_see_case
from community.escalation.teams.queries import team_ids_of
from community.questions.models import Question
from community.questions.operations.questions import lock_question


class Locked(NamedTuple):
    """A case and its question, both locked until the transaction ends."""

    case: SupportCase
    question: Question | None


def lock_case(case_id: int) -> Locked:
    """Lock a case, and before it its question; raises ``NotFound``."""
    question_id = db.session.scalar(
        select(SupportCase.question_id).where(SupportCase.id == case_id)
    )
    question = None if question_id is None else lock_question(question_id)
    wanted = lock_row(select(SupportCase).where(SupportCase.id == case_id))
    case = db.session.scalar(wanted.execution_options(populate_existing=True))
    if case is None:
        raise NotFound()
    return Locked(case, question)


def lock_questions_of(*case_ids: int) -> None:
    """Lock the questions of several cases in the order of their ids, as whoever locks some does."""
    found = select(SupportCase.question_id).where(
        SupportCase.id.in_(case_ids), SupportCase.question_id.is_not(None)
    )
    for question_id in sorted(filter(None, db.session.scalars(found))):
        lock_question(question_id)


def lock_for_work(actor: Viewer, case_id: int) -> Locked:
    """Lock a case that the actor works on; raises ``NotFound``, ``NotAllowed``, ``CaseClosed``."""
    locked = lock_case(case_id)
    team_ids = team_ids_of(actor)
    require(can_see_case(actor, locked.case, team_ids))
    if locked.case.state == CLOSED:
        raise CaseClosed()
    require(can_change_case(actor, locked.case, team_ids))
    return locked
