"""Accepting an answer and taking that back; the question's row is locked by the caller."""

from sqlalchemy import select, update

from community.core import clock
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.jobs import emit
from community.core.privileges import Privilege
from community.core.settings import current_settings
from community.events import (
    AnswerAccepted,
    AnswerUnaccepted,
)
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.policies import can_write, is_author
from community.questions.errors import (
    AnswerNotOnThisQuestion,
    TooManySolutions,
)
from community.questions.models import (
    Acceptance,
    Answer,
    InfoRequest,
    Question,
)
from community.questions.policies import (
    can_accept_answer,
    can_unaccept_answer,
)
from community.questions.status import (
    recompute,
)


def accept_answer(
    actor: User, question: Question, answer: Answer, *, also: bool = False
) -> Acceptance:
    """Accept an answer as the solution; its question's row is locked.

    It replaces an earlier acceptance, or with ``also`` stands beside it (several ways work, at
    most three). Accepting twice changes nothing. Raises ``NotAllowed``,
    ``AnswerNotOnThisQuestion``, ``TooManySolutions``.
    """
    if answer.root_id != question.id or answer.visibility != "published":
        raise AnswerNotOnThisQuestion()
    _require_acceptance(actor, question, answer)
    present = acceptances_of(question)
    for acceptance in present:
        if acceptance.answer_id == answer.id:
            return acceptance
    if not also:
        for acceptance in present:
            take_back_acceptance(actor, question, acceptance, reason="replaced")
        present = []
    if len(present) >= current_settings().accepted_answers_max:
        raise TooManySolutions()
    acceptance = _accept(actor, question, answer, place=free_place(present))
    finish_info_request(question)
    recompute(question)
    emit(AnswerAccepted(answer.id, question.id, answer.author_id, actor.id))
    return acceptance


def _require_acceptance(actor: User, question: Question, answer: Answer) -> None:
    """Raise ``NotAllowed``; to who is neither asker nor staff it says which standing it takes."""
    allowed = can_accept_answer(actor, question, answer)
    if not allowed and can_write(actor) and not is_author(actor, question):
        require_privilege(actor, Privilege.CONFIRM, question.board_id)
    require(allowed)


def _accept(actor: User, question: Question, answer: Answer, *, place: int) -> Acceptance:
    acceptance = Acceptance(
        question_id=question.id,
        answer_id=answer.id,
        place=place,
        accepted_by_id=actor.id,
        accepted_at=clock.now(),
    )
    db.session.add(acceptance)
    db.session.flush()
    _count_solved(question, answer, question.author_id, 1)
    return acceptance


def acceptances_of(question: Question) -> list[Acceptance]:
    """Return a question's acceptances, the first place first."""
    found = db.session.scalars(
        select(Acceptance).where(Acceptance.question_id == question.id).order_by(Acceptance.place)
    )
    return list(found)


def free_place(present: list[Acceptance]) -> int:
    """Return the first place that none of these acceptances holds."""
    taken = {acceptance.place for acceptance in present}
    return next(place for place in (1, 2, 3) if place not in taken)


def unaccept_answer(
    actor: Viewer, question: Question, answer: Answer, *, reason: str = "taken_back"
) -> None:
    """Take an acceptance back; without one nothing changes. Raises ``NotAllowed``."""
    mine = [each for each in acceptances_of(question) if each.answer_id == answer.id]
    accepted_by_id = mine[0].accepted_by_id if mine else None
    require(can_unaccept_answer(actor, question, accepted_by_id=accepted_by_id))
    for acceptance in mine:
        take_back_acceptance(actor, question, acceptance, reason=reason)
    recompute(question)


def take_back_acceptance(
    actor: Viewer, question: Question, acceptance: Acceptance, *, reason: str
) -> None:
    """End an acceptance and say so to its helper; the caller derives the status anew."""
    answer = db.session.get_one(Answer, acceptance.answer_id)
    db.session.delete(acceptance)
    db.session.flush()
    _count_solved(question, answer, acceptance.asker_id or question.author_id, -1)
    emit(AnswerUnaccepted(answer.id, question.id, answer.author_id, actor.viewer_id, reason))


def _count_solved(question: Question, answer: Answer, asker_id: int, change: int) -> None:
    """Change the helper's number of solved questions; ``asker_id`` is who asked at that time.

    Own answers do not count, nor what is not public (see ``removals.change_visibility``).
    """
    public = question.visibility == "published" and answer.visibility == "published"
    if answer.author_id == asker_id or not public:
        return
    db.session.execute(
        update(User)
        .where(User.id == answer.author_id)
        .values(solved_count=User.solved_count + change)
        .execution_options(synchronize_session=False)
    )


def finish_info_request(question: Question) -> None:
    """Mark what facts were asked for as given; the caller derives the status anew."""
    db.session.execute(
        update(InfoRequest)
        .where(InfoRequest.question_id == question.id, InfoRequest.answered_at.is_(None))
        .values(answered_at=clock.now())
    )
