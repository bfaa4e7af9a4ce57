"""Forgetting what was said in cases that are long closed; that there were such cases stays."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db
from community.escalation.cases.models import CaseFile, CaseMessage, Escalation, SupportCase

EMPTIED = "–"


def forget_words(age: timedelta) -> None:
    """Empty what was written in cases closed so long ago, and who wrote from outside."""
    old = select(SupportCase.id).where(SupportCase.closed_at < clock.now() - age)
    texts = update(CaseMessage).where(CaseMessage.case_id.in_(old), CaseMessage.body != "")
    db.session.execute(texts.values(body="", html="", message_id=None))
    messages = select(CaseMessage.id).where(CaseMessage.case_id.in_(old))
    db.session.execute(
        delete(CaseFile)
        .where(CaseFile.message_id.in_(messages))
        .execution_options(synchronize_session=False)
    )
    reasons = update(Escalation).where(Escalation.case_id.in_(old), Escalation.reason != "")
    db.session.execute(reasons.values(reason=""))
    cases = update(SupportCase).where(SupportCase.id.in_(old), SupportCase.subject != EMPTIED)
    db.session.execute(cases.values(subject=EMPTIED, hold_reason="", requester_email=None))
