"""Reads of where a question stands with the support team."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from community.core import clock
from community.core.db import db
from community.escalation.cases.models import CLOSED, SOLVED, SupportCase
from community.escalation.sla.models import SlaClock
from community.questions.models import Question


@dataclass(frozen=True)
class Progress:
    """What everybody may know of a question's case.

    ``next_at`` is when the team's next step is due, None while its clocks stand still. ``state`` is
    the case's.
    """

    asked_at: datetime
    since: datetime
    state: str
    next_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether the next step should have been taken by now."""
        return self.next_at is not None and self.next_at < clock.now()


def find_progress(question: Question) -> Progress | None:
    """Return where a question stands; None where the team has nothing to do with it."""
    due = select(func.min(SlaClock.due_at)).where(
        SlaClock.case_id == SupportCase.id, SlaClock.ended_at.is_(None)
    )
    found = db.session.execute(
        select(SupportCase.opened_at, SupportCase.state, due.scalar_subquery()).where(
            SupportCase.question_id == question.id,
            SupportCase.state.not_in((SOLVED, CLOSED)),
        )
    ).one_or_none()
    if found is None:
        return None
    since, state, next_at = found
    return Progress(question.asked_at, question.support_since or since, state, next_at)
