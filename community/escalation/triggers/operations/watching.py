"""Keeps the table of waiting questions, and hands over what is due.

A row is written, moved or taken away with every event about its question, under the question's row
lock and from what the question is by then: in whatever order events come, the last one is right.
"""

from datetime import datetime

from sqlalchemy import delete, select

from community.core import clock
from community.core.db import db, replace_where
from community.core.jobs import enqueue, enqueue_each
from community.escalation.triggers.due import handover_due, is_too_old
from community.escalation.triggers.models import WaitingQuestion
from community.escalation.triggers.operations.handing import hand_over_unanswered
from community.escalation.triggers.queries.waiting import (
    get_hours_of_board,
    get_waiting,
    list_recent_open,
)
from community.questions.models import Question
from community.questions.operations.questions import lock_question

# Handed to jobs in one transaction; more follow in the next.
BATCH = 1_000


def plan_handover(question_id: int) -> None:
    """Bring a question's row in line with the question (task)."""
    question = lock_question(question_id)
    due_at = _due(question)
    if due_at is None or is_too_old(question.asked_at, clock.now()):
        db.session.execute(
            delete(WaitingQuestion).where(WaitingQuestion.question_id == question_id)
        )
    else:
        _put(question_id, due_at)


def _due(question: Question) -> datetime | None:
    waiting = get_waiting(question)
    if not waiting.is_waiting:
        return None
    return handover_due(waiting, get_hours_of_board(question.board_id))


def _put(question_id: int, due_at: datetime) -> None:
    values = {"question_id": question_id, "due_at": due_at}
    replace_where(WaitingQuestion, values, WaitingQuestion.due_at != due_at)


def sweep_due() -> None:
    """Hand over what is due by now, each question by a job of its own (periodic task).

    A row goes and its job comes in one transaction, so none is lost and none comes twice, whoever
    dies. Two at once take different rows.
    """
    due = (
        select(WaitingQuestion.question_id)
        .where(WaitingQuestion.due_at <= clock.now())
        .order_by(WaitingQuestion.due_at, WaitingQuestion.question_id)
        .limit(BATCH)
    )
    if db.engine.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    ids = db.session.scalars(due).all()
    if not ids:
        return
    db.session.execute(delete(WaitingQuestion).where(WaitingQuestion.question_id.in_(ids)))
    enqueue_each(hand_over_due, [{"question_id": question_id} for question_id in ids])
    if len(ids) == BATCH:
        enqueue(sweep_due, unique_key="sweep of waiting questions")


def hand_over_due(*, question_id: int) -> None:
    """Hand a question over if it is still due; if it waits a while longer, let it (task)."""
    question = lock_question(question_id)
    due_at = _due(question)
    if due_at is None:
        return
    if due_at > clock.now():
        # The calendar or the rule has changed meanwhile, or the clock was put back.
        _put(question_id, due_at)
    else:
        hand_over_unanswered(question)


def plan_again(*, board_id: int | None = None, asker_id: int | None = None) -> None:
    """Plan young open questions anew: of everybody, of a board or of an asker (periodic task)."""
    ids = list_recent_open(clock.now(), board_id=board_id, asker_id=asker_id)
    enqueue_each(plan_one, [{"question_id": question_id} for question_id in ids])


def plan_one(*, question_id: int) -> None:
    """Plan one question (task)."""
    plan_handover(question_id)
