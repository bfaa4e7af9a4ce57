"""Questions that wait, moved in time; what the support team was handed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import time_machine
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.escalation.cases.models import Escalation, SupportCase
from community.escalation.triggers.models import HandoverRule, WaitingQuestion
from community.escalation.triggers.operations.watching import sweep_due
from community.questions.models import Question

# A Monday, 10:00 in Berlin, where the usual office is open from 9 to 17.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@contextmanager
def moment(at: datetime) -> Iterator[None]:
    """Let it be this instant, and the clock stand still."""
    with time_machine.travel(at, tick=False):
        yield


def make_rule(board_id: int, **values: object) -> None:
    """Give a board a rule of its own."""
    usual = {"normal_hours": 24, "urgent_hours": 4, "me_too_count": 5}
    with transaction():
        db.session.add(HandoverRule(board_id=board_id, **{**usual, **values}))


def due_of(question: Question) -> datetime | None:
    """Return when a question is handed over, once all events were heard."""
    run_due_jobs()
    with transaction():
        query = select(WaitingQuestion.due_at).where(WaitingQuestion.question_id == question.id)
        return db.session.scalar(query)


def sweep() -> None:
    """Sweep, and work off what follows."""
    with transaction():
        sweep_due()
    run_due_jobs()


def triggers_of(question: Question) -> list[tuple[str, int]]:
    """Return why a question was handed over, in order, once all events were heard."""
    run_due_jobs()
    with transaction():
        query = (
            select(Escalation.trigger, Escalation.occurrence)
            .where(Escalation.question_id == question.id)
            .order_by(Escalation.id)
        )
        return [(trigger, occurrence) for trigger, occurrence in db.session.execute(query)]


def cases_of(question: Question) -> list[SupportCase]:
    """Return a question's cases."""
    with transaction():
        query = select(SupportCase).where(SupportCase.question_id == question.id)
        return list(db.session.scalars(query.execution_options(populate_existing=True)))
