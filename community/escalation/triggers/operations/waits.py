"""Derives how long questions wait, so that nobody who asks has to wait for that to be counted."""

from datetime import timedelta

from sqlalchemy import delete, insert, select

from community.boards.models import Board
from community.core import clock
from community.core.db import db
from community.core.settings import site_zone
from community.escalation.triggers.models import AnswerWait
from community.escalation.triggers.waits import waits_by_hour
from community.questions.models import Question

WINDOW = timedelta(days=90)
# Younger ones may still be answered: counted, they would make every board look slow.
SETTLED_AFTER = timedelta(days=2)
MOST_QUESTIONS = 20_000


def refresh_answer_waits() -> None:
    """Derive all boards' waits anew (periodic task)."""
    board_ids = db.session.scalars(select(Board.id).order_by(Board.id)).all()
    for board_id in board_ids:
        refresh_waits_of(board_id)


def refresh_waits_of(board_id: int) -> None:
    """Derive a board's waits from its newest public questions of 90 days."""
    now = clock.now()
    asked = (
        select(Question.asked_at, Question.first_answer_at)
        .where(
            Question.place_id == board_id,
            Question.visibility == "published",
            Question.asked_at.between(now - WINDOW, now - SETTLED_AFTER),
        )
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(MOST_QUESTIONS)
    )
    questions = [(asked_at, answered_at) for asked_at, answered_at in db.session.execute(asked)]
    rows = [{"board_id": board_id, **vars(wait)} for wait in waits_by_hour(questions, site_zone())]
    db.session.execute(delete(AnswerWait).where(AnswerWait.board_id == board_id))
    if rows:
        db.session.execute(insert(AnswerWait), rows)
