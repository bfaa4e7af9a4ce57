"""Telling moderators of cases that nobody has decided for a day."""

from datetime import timedelta

from sqlalchemy import select, update

from community.core import clock
from community.core.db import count_changed, db
from community.core.jobs import emit
from community.events.reports import CaseOverdue
from moderation.cases.ageing import OVERDUE
from moderation.cases.models import UNDECIDED, ModerationCase
from moderation.cases.operations import file_cases
from moderation.cases.queries import list_judge_ids

AT_ONCE = 100
# Longer than the six months in which a decision can be appealed.
SETTLED_AFTER = timedelta(days=190)


def alert_of_old_cases() -> None:
    """Tell everybody who may judge them of cases that wait for a day, of each once (periodic)."""
    old = select(ModerationCase).where(
        ModerationCase.state.in_(UNDECIDED),
        ModerationCase.alerted_at.is_(None),
        ModerationCase.opened_at <= clock.now() - OVERDUE,
    )
    for case in db.session.scalars(old.order_by(ModerationCase.id).limit(AT_ONCE)).all():
        if _note_alert(case):
            for user_id in list_judge_ids(case):
                emit(CaseOverdue(case.id, user_id))


def file_settled_cases() -> None:
    """File cases that were carried out longer ago than an appeal may come (periodic)."""
    file_cases(SETTLED_AFTER)


def _note_alert(case: ModerationCase) -> bool:
    first = update(ModerationCase).where(
        ModerationCase.id == case.id, ModerationCase.alerted_at.is_(None)
    )
    return bool(count_changed(first.values(alerted_at=clock.now())))
