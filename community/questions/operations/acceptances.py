"""Accepting an answer and taking that back; the question's row is locked by the caller."""

from typing import Any

from sqlalchemy import select, update

from community.core import clock
from community.core.audit import Action, record
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
    LapsedAcceptance,
    Question,
)
from community.questions.operations.support import was_in_spotlight
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
    before = _names_in(present)
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
    _record(actor, Action.ANSWER_ACCEPTED, question, answer, before)
    emit(AnswerAccepted(answer.id, question.id, answer.author_id, actor.id))
    return acceptance


def _names_in(acceptances: list[Acceptance]) -> dict[str, Any]:
    return {"accepted": [acceptance.answer_id for acceptance in acceptances]}


def _record(
    actor: Viewer, action: Action, question: Question, answer: Answer, before: dict[str, Any]
) -> None:
    """Record what somebody else than the asker decided, which takes a power."""
    if is_author(actor, question):
        return
    after = _names_in(acceptances_of(question))
    record(actor, action, subject=("post", answer.id), before=before, after=after)


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
        spotlit=was_in_spotlight(question, answer.created_at),
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
    present = acceptances_of(question)
    before = _names_in(present)
    mine = [each for each in present if each.answer_id == answer.id]
    accepted_by_id = mine[0].accepted_by_id if mine else None
    require(can_unaccept_answer(actor, question, accepted_by_id=accepted_by_id))
    for acceptance in mine:
        take_back_acceptance(actor, question, acceptance, reason=reason)
    recompute(question)
    if mine:
        _record(actor, Action.ANSWER_UNACCEPTED, question, answer, before)


def take_back_acceptance(
    actor: Viewer, question: Question, acceptance: Acceptance, *, reason: str
) -> None:
    """End an acceptance and say so to its helper; the caller derives the status anew."""
    answer = db.session.get_one(Answer, acceptance.answer_id)
    db.session.delete(acceptance)
    db.session.flush()
    _count_solved(question, answer, acceptance.asker_id or question.author_id, -1)
    emit(AnswerUnaccepted(answer.id, question.id, answer.author_id, actor.viewer_id, reason))


def lapse_acceptance(actor: Viewer, question: Question, acceptance: Acceptance) -> None:
    """End the acceptance of an answer that is about to be deleted, and remember it."""
    remembered = LapsedAcceptance(
        answer_id=acceptance.answer_id,
        accepted_by_id=acceptance.accepted_by_id,
        asker_id=acceptance.asker_id,
        imported=acceptance.imported,
        spotlit=acceptance.spotlit,
        accepted_at=acceptance.accepted_at,
    )
    take_back_acceptance(actor, question, acceptance, reason="deleted")
    db.session.merge(remembered)


def renew_acceptance(question: Question, answer: Answer) -> None:
    """Accept an answer again that is back, unless something else was accepted meanwhile.

    The caller derives status and standing anew.
    """
    lapsed = db.session.get(LapsedAcceptance, answer.id)
    if lapsed is None:
        return
    db.session.delete(lapsed)
    if acceptances_of(question):
        return
    again = Acceptance(
        question_id=question.id,
        answer_id=answer.id,
        accepted_by_id=lapsed.accepted_by_id,
        asker_id=lapsed.asker_id,
        imported=lapsed.imported,
        spotlit=lapsed.spotlit,
        accepted_at=lapsed.accepted_at,
    )
    db.session.add(again)
    db.session.flush()
    emit(AnswerAccepted(answer.id, question.id, answer.author_id, lapsed.accepted_by_id))


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
