"""Resolving without a best answer, reopening, asking for facts (question row locked)."""

from datetime import timedelta

from sqlalchemy import delete, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db, insert_ignoring_conflicts
from community.core.errors import NotAllowed
from community.core.jobs import emit, enqueue
from community.core.privileges import Privilege
from community.core.reasons import fit_reason
from community.core.settings import current_settings
from community.events import (
    InfoRequested,
    QuestionClosed,
    QuestionReopened,
)
from community.events.duplicates import DuplicateSettled
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.identity.queries import get_user
from community.posts.models import Post
from community.posts.policies import can_write, is_author
from community.posts.text import Problem, fit_text, note_problem
from community.posts.visibility import post_is_visible
from community.questions.errors import (
    AlreadyClosed,
    DuplicateCircle,
    OriginalUnseen,
    SecondVoiceNeeded,
    UnknownCloseReason,
    UnknownOriginal,
)
from community.questions.models import (
    CLOSE_REASONS,
    Closure,
    DuplicateLink,
    InfoRequest,
    Question,
)
from community.questions.operations.acceptances import finish_info_request
from community.questions.operations.ending import open_ended_question
from community.questions.operations.questions import lock_question
from community.questions.policies import (
    can_close_question,
    can_judge_duplicate,
    can_reopen_question,
    can_request_info,
)
from community.questions.queries.duplicates import (
    closes_alone,
    get_open_proposal,
    last_original,
)
from community.questions.status import (
    recompute,
)

INFO_NOTE_MAX_CHARS = 600


def close_question(
    actor: User,
    question: Question,
    *,
    reason: str,
    note: str = "",
    original: Question | None = None,
) -> None:
    """Resolve or close a question without a best answer; its row is locked.

    ``original`` is the question of which this one is a duplicate; its row is locked, too. Raises
    ``UnknownCloseReason``, ``AlreadyClosed``, ``NotAllowed``, ``PrivilegeMissing``,
    ``ReasonUnfit``, ``SecondVoiceNeeded``, ``UnknownOriginal``, ``DuplicateCircle``.
    """
    if reason not in CLOSE_REASONS:
        raise UnknownCloseReason(errors={"reason": UnknownCloseReason.message})
    if question.status in ("closed", "solved"):
        raise AlreadyClosed()
    if reason == "duplicate":
        _require_closing_alone(actor, question)
        close_as_duplicate(actor, question, find_original(actor, question, original), note)
        return
    require(can_close_question(actor, question, reason))
    note = fit_reason(note, field="note", shortest=0)
    _close(question, Closure(reason=reason, note=note, closed_by_id=actor.id))
    if not is_author(actor, question):
        after = {"reason": reason, "duplicate_of": None}
        record(actor, Action.QUESTION_CLOSED, subject=_subject(question), after=after, reason=note)


def _require_closing_alone(actor: User, question: Question) -> None:
    if can_write(actor) and not question.is_locked:
        require_privilege(actor, Privilege.CLOSE_DUPLICATE, question.board_id)
    require(can_judge_duplicate(actor, question))
    if not closes_alone(actor, question, question.id):
        raise SecondVoiceNeeded()


def close_as_duplicate(actor: User, question: Question, original: Question, note: str) -> None:
    """Close a question in favour of another one (``find_original``); whether the actor may is the
    caller's to ask. Raises ``AlreadyClosed``, ``ReasonUnfit``."""
    if question.status in ("closed", "solved"):
        raise AlreadyClosed()
    note = fit_reason(note, field="note", shortest=0)
    _link_duplicate(actor, question, original)
    reason = "duplicate"
    _close(
        question,
        Closure(reason=reason, note=note, duplicate_of_id=original.id, closed_by_id=actor.id),
    )
    after = {"reason": reason, "duplicate_of": original.id}
    record(actor, Action.QUESTION_CLOSED, subject=_subject(question), after=after, reason=note)


def find_original(actor: User, question: Question, original: Question | None) -> Question:
    """Return the question to be read instead, at the end of all chains; its row is locked.

    Raises ``UnknownOriginal``, also where the actor may not see it, and ``DuplicateCircle``.
    """
    if original is None or original.id == question.id:
        raise UnknownOriginal(errors={"duplicate_of": UnknownOriginal.message})
    # Two that name each other at once would make a circle: who locks second finds the first one's.
    lock_question(last_original(original.id))
    last_id = last_original(original.id)
    if last_id == question.id:
        raise DuplicateCircle(errors={"duplicate_of": DuplicateCircle.message})
    if not _is_seen(actor, last_id):
        raise UnknownOriginal(errors={"duplicate_of": UnknownOriginal.message})
    return lock_question(last_id)


def check_asker_sees(question: Question, original: Question) -> None:
    """Raise ``OriginalUnseen`` where the asker may not read the other question."""
    asker = get_user(question.author_id)
    if asker is not None and not _is_seen(asker, original.id):
        raise OriginalUnseen(errors={"duplicate_of": OriginalUnseen.message})


def _is_seen(viewer: User, question_id: int) -> bool:
    seen = select(Post.id).where(Post.id == question_id, post_is_visible(viewer))
    return db.session.scalar(seen) is not None


def end_proposal(question: Question, outcome: str) -> None:
    """End what is proposed about a question, if anything is."""
    proposal = get_open_proposal(question.id)
    if proposal is not None:
        proposal.outcome, proposal.ended_at = outcome, clock.now()
        db.session.flush()
        emit(DuplicateSettled(question.id, proposal.id))


def _subject(question: Question) -> tuple[str, int]:
    return "post", question.id


def _close(question: Question, closure: Closure) -> None:
    closure.question_id, closure.closed_at = question.id, clock.now()
    db.session.add(closure)
    finish_info_request(question)
    recompute(question)
    end_proposal(question, "closed" if closure.reason == "duplicate" else "moot")
    emit(QuestionClosed(question.id, closure.closed_by_id, closure.reason))


def _link_duplicate(actor: User, question: Question, original: Question) -> None:
    db.session.execute(
        insert_ignoring_conflicts(DuplicateLink).values(
            question_id=question.id,
            original_id=original.id,
            linked_by_id=actor.id,
            created_at=clock.now(),
        )
    )


def reopen_question(actor: User, question: Question) -> None:
    """Open a closed question again; it counts as a duplicate no longer. Raises ``NotAllowed``."""
    if question.ended_at is not None:
        open_ended_question(actor, question)
        return
    closure = db.session.scalar(select(Closure).where(Closure.question_id == question.id))
    if closure is None:
        raise NotAllowed()
    require(can_reopen_question(actor, question, closed_at=closure.closed_at))
    _unlink_duplicate(question, closure)
    db.session.delete(closure)
    question.reopened_at = clock.now()
    recompute(question)
    if not is_author(actor, question):
        before = {"reason": closure.reason, "duplicate_of": closure.duplicate_of_id}
        record(actor, Action.QUESTION_REOPENED, subject=_subject(question), before=before)
    emit(QuestionReopened(question.id, actor.id))


def _unlink_duplicate(question: Question, closure: Closure) -> None:
    db.session.execute(
        delete(DuplicateLink).where(
            DuplicateLink.question_id == question.id,
            DuplicateLink.original_id == closure.duplicate_of_id,
        )
    )


def request_info(actor: User, question: Question, note: str) -> None:
    """Ask the asker for more facts. Raises ``NotAllowed``, ``UnfitText``.

    A silent asker is reminded once; then the question is closed. Source: product row B11.
    """
    require(can_request_info(actor, question))
    now, settings = clock.now(), current_settings()
    request = InfoRequest(
        question_id=question.id,
        note=fit_text(note, _info_note_problem, "note"),
        requested_by_id=actor.id,
        requested_at=now,
    )
    db.session.add(request)
    recompute(question)
    emit(InfoRequested(question.id, actor.id))
    for task, days in (
        (remind_of_info_request, settings.info_reminder_days),
        (close_without_response, settings.info_close_days),
    ):
        enqueue(task, due_at=now + timedelta(days=days), request_id=request.id)


def remind_of_info_request(*, request_id: int) -> None:
    """Tell the asker once more that facts are missing, unless they have come (task)."""
    request = _unanswered(request_id)
    if request is not None:
        emit(InfoRequested(request.question_id, request.requested_by_id))


def close_without_response(*, request_id: int) -> None:
    """Close a question whose asker never came back; who asked for facts is named (task)."""
    request = _unanswered(request_id)
    if request is None:
        return
    question = lock_question(request.question_id)
    if question.status in ("open", "answered"):
        _close(question, Closure(reason="no_response", closed_by_id=request.requested_by_id))


def _unanswered(request_id: int) -> InfoRequest | None:
    """Return a request that still waits, on a question that is still public."""
    return db.session.scalar(
        select(InfoRequest)
        .join(Question, Question.id == InfoRequest.question_id)
        .where(
            InfoRequest.id == request_id,
            InfoRequest.answered_at.is_(None),
            Question.visibility == "published",
        )
    )


def _info_note_problem(note: str) -> Problem | None:
    return note_problem(note, shortest=5, longest=INFO_NOTE_MAX_CHARS)
