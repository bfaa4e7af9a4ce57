"""Resolving without a best answer, reopening, asking for facts (question row locked)."""

from sqlalchemy import delete

from community.core import clock, markup
from community.core.authz import require
from community.core.db import db
from community.core.jobs import emit
from community.events import (
    InfoRequested,
    QuestionClosed,
    QuestionReopened,
)
from community.identity.models import User
from community.posts.errors import UnfitText
from community.posts.text import (
    body_problem,
)
from community.questions.errors import (
    UnknownCloseReason,
)
from community.questions.models import (
    CLOSE_REASONS,
    Closure,
    InfoRequest,
    Question,
)
from community.questions.operations.acceptances import finish_info_request
from community.questions.policies import (
    can_close_question,
    can_reopen_question,
    can_request_info,
)
from community.questions.status import (
    recompute,
)


def close_question(
    actor: User, question: Question, *, reason: str, note: str = "", duplicate_of: int | None = None
) -> None:
    """Resolve or close a question without a best answer; its row is locked.

    Raises ``UnknownCloseReason``, ``NotAllowed``.
    """
    if reason not in CLOSE_REASONS:
        raise UnknownCloseReason(errors={"reason": UnknownCloseReason.message})
    require(can_close_question(actor, question, reason))
    db.session.add(
        Closure(
            question_id=question.id,
            reason=reason,
            note=markup.clean_text(note)[:500],
            duplicate_of_id=duplicate_of,
            closed_by_id=actor.id,
            closed_at=clock.now(),
        )
    )
    finish_info_request(question)
    recompute(question)
    emit(QuestionClosed(question.id, actor.id, reason))


def reopen_question(actor: User, question: Question) -> None:
    """Open a closed question again. Raises ``NotAllowed``."""
    require(can_reopen_question(actor, question))
    db.session.execute(delete(Closure).where(Closure.question_id == question.id))
    recompute(question)
    emit(QuestionReopened(question.id, actor.id))


def request_info(actor: User, question: Question, note: str) -> None:
    """Ask the asker for more facts. Raises ``NotAllowed``, ``UnfitText``."""
    require(can_request_info(actor, question))
    note = markup.clean_text(note)
    if problem := body_problem(note, shortest=5):
        raise UnfitText(errors={"note": problem})
    db.session.add(
        InfoRequest(
            question_id=question.id,
            note=note[:600],
            requested_by_id=actor.id,
            requested_at=clock.now(),
        )
    )
    recompute(question)
    emit(InfoRequested(question.id, actor.id))
