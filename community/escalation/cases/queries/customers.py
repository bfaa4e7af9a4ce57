"""What an agent sees of a case's customer: questions, other cases, and who they are here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from community.core.authz import Viewer
from community.core.db import db
from community.escalation.cases.models import SupportCase
from community.escalation.cases.queries.desk import case_is_for, get_case
from community.identity.models import User
from community.questions.queries.lists import Wanted, page_of_questions
from community.questions.queries.people import Profile, get_profile
from community.questions.queries.rows import QuestionRow

SHOWN = 5


@dataclass(frozen=True)
class Customer:
    """A member as the customer of a case.

    ``questions`` and ``cases`` are the newest the viewer may see, without the case's own;
    ``question_id`` is that of the case, where it is among their newest.
    """

    profile: Profile
    language: str
    trust_level: int
    questions: Sequence[QuestionRow]
    cases: Sequence[SupportCase]
    question_id: int | None


def get_customer(viewer: Viewer, case_id: int, language: str) -> Customer | None:
    """Return the customer of a case, None for a stranger who wrote a mail.

    Raises ``NotFound`` for a case the viewer does not work on. ``language`` is the reader's.
    """
    case = get_case(viewer, case_id)
    if case.requester_id is None:
        return None
    user = db.session.get_one(User, case.requester_id)
    asked = page_of_questions(viewer, language, Wanted(asker_id=user.id), None).rows
    return Customer(
        profile=get_profile(viewer, user.id),
        language=user.language or case.language,
        trust_level=user.trust_level,
        questions=[row for row in asked if row.id != case.question_id][:SHOWN],
        cases=_other_cases(viewer, case),
        question_id=next((row.id for row in asked if row.id == case.question_id), None),
    )


def _other_cases(viewer: Viewer, case: SupportCase) -> Sequence[SupportCase]:
    theirs = select(SupportCase).where(
        SupportCase.requester_id == case.requester_id,
        SupportCase.id != case.id,
        case_is_for(viewer),
    )
    return db.session.scalars(theirs.order_by(SupportCase.id.desc()).limit(SHOWN)).all()
