"""Which cases there are for a question, and whether members solved it."""

from sqlalchemy import select

from community.core.authz import STAFF_ROLES
from community.core.db import db
from community.escalation.cases.models import CLOSED, SupportCase
from community.escalation.teams.queries import works_in
from community.identity.models import User
from community.questions.models import Acceptance, Answer


def get_live_case(question_id: int) -> SupportCase | None:
    """Return the case of a question that is not closed."""
    live = SupportCase.question_id == question_id, SupportCase.state != CLOSED
    return db.session.scalar(select(SupportCase).where(*live))


def is_agent_of(case: SupportCase, user_id: int) -> bool:
    """Say whether somebody works in the team of a case, or owns it."""
    return case.owner_id == user_id or works_in(case.team_id, user_id)


def has_solution_of_peers(question_id: int | None) -> bool:
    """Say whether an answer of somebody who is not staff was accepted."""
    found = (
        select(Acceptance.id)
        .join(Answer, Answer.id == Acceptance.answer_id)
        .join(User, User.id == Answer.author_id)
        .where(
            Acceptance.question_id == question_id,
            Answer.visibility == "published",
            User.role.not_in(STAFF_ROLES),
        )
    )
    return db.session.scalar(found.limit(1)) is not None
