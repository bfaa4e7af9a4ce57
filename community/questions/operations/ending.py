"""Questions that close by time alone, and how they go on: opened again, or followed up.

A solved question closes some hours after its last post, one in which nobody writes any more is
archived after some days. Whether it is time is looked at anew once the row is locked: two workers
close each once, and nothing that changed meanwhile. Source: product row B12.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db, insert_ignoring_conflicts
from community.core.jobs import emit, enqueue
from community.core.settings import current_settings
from community.events import QuestionClosed, QuestionReopened
from community.identity.models import User
from community.posts.policies import is_author
from community.questions.models import FollowUp, Pin, Question
from community.questions.operations.acceptances import acceptances_of, take_back_acceptance
from community.questions.operations.questions import lock_question
from community.questions.policies import can_follow_up, can_reopen_question
from community.questions.status import recompute

# Why it closed, as its followers are told.
SOLVED, SILENT = "solved", "silent"
# Why an acceptance was taken back: the asker says that it did not solve the question after all.
UNSOLVED = "unsolved"
# Closed in one transaction; more follow in the next.
BATCH = 50


def end_quiet_questions() -> None:
    """Close what was solved, and archive what is silent, for as long as the site says (periodic).

    What the support team has, what waits for the asker, what is locked or pinned is left alone.
    """
    ended = sum(_end_some(reason) for reason in (SOLVED, SILENT))
    if ended >= BATCH:
        enqueue(end_quiet_questions, unique_key="quiet questions")


def _end_some(reason: str) -> int:
    wait = _wait(reason)
    if not wait:
        return 0
    due = is_quiet(reason, clock.now() - wait)
    oldest = select(Question.id).where(due).order_by(Question.last_activity_at, Question.id)
    ids = db.session.scalars(oldest.limit(BATCH)).all()
    for question_id in sorted(ids):
        question = lock_question(question_id)
        # Somebody may have written while we waited for the row.
        if db.session.scalar(select(Question.id).where(due, Question.id == question_id)):
            _end(question, reason)
    return len(ids)


def _wait(reason: str) -> timedelta:
    settings = current_settings()
    if reason == SOLVED:
        return timedelta(hours=settings.solved_close_hours)
    return timedelta(days=settings.silent_archive_days)


def is_quiet(reason: str, since: datetime) -> ColumnElement[bool]:
    """Return the condition for questions in which nothing happened since an instant."""
    state = Question.status == "solved" if reason == SOLVED else _is_undecided()
    return and_(
        state,
        Question.ended_at.is_(None),
        Question.last_activity_at <= since,
        or_(Question.solved_at.is_(None), Question.solved_at <= since),
        or_(Question.reopened_at.is_(None), Question.reopened_at <= since),
        Question.visibility == "published",
        Question.support_since.is_(None),
        Question.is_locked.is_(False),
        ~exists().where(Pin.question_id == Question.id, Pin.until > clock.now()),
    )


def _is_undecided() -> ColumnElement[bool]:
    # Where facts are missing another term runs (``closures.request_info``).
    return and_(Question.status.in_(("open", "answered")), Question.awaits_asker.is_(False))


def _end(question: Question, reason: str) -> None:
    question.ended_at = clock.now()
    recompute(question)
    emit(QuestionClosed(question.id, None, reason))


def open_ended_question(actor: User, question: Question) -> None:
    """Open a question again that closed by time; raises ``NotAllowed``.

    For an asker it was solved: it is not any more, and the team hears of it the second time.
    """
    require(can_reopen_question(actor, question, closed_at=None))
    before = {"ended_at": question.ended_at.isoformat() if question.ended_at else None}
    question.ended_at, question.reopened_at = None, clock.now()
    solutions = acceptances_of(question) if is_author(actor, question) else []
    for acceptance in solutions:
        take_back_acceptance(actor, question, acceptance, reason=UNSOLVED)
    recompute(question)
    if not is_author(actor, question):
        record(actor, Action.QUESTION_REOPENED, subject=("post", question.id), before=before)
    emit(QuestionReopened(question.id, actor.id))


def follow_up(actor: User, question: Question, earlier: Question) -> None:
    """Say that a new question of the actor's goes on where an earlier one, which they see, ended.

    Raises ``NotAllowed``; a second time changes nothing.
    """
    require(is_author(actor, question) and can_follow_up(actor, earlier))
    link = insert_ignoring_conflicts(FollowUp)
    db.session.execute(link.values(question_id=question.id, earlier_id=earlier.id))
