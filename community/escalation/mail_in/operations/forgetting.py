"""Forgetting what came in."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations.forgetting import forget_words
from community.escalation.mail_in.models import ReceivedMail
from community.escalation.side.operations import forget_aside


def forget_support(age: timedelta) -> None:
    """Empty what was written in cases closed so long ago, and the mails it came in."""
    forget_words(age)
    forget_aside(age)
    old = select(SupportCase.id).where(SupportCase.closed_at < clock.now() - age)
    theirs = ReceivedMail.case_id.in_(old), ReceivedMail.original != ""
    db.session.execute(
        update(ReceivedMail)
        .where(*theirs)
        .values(original="", sender_email=None, message_id=None)
        .execution_options(synchronize_session=False)
    )


def forget_mails_without_case(age: timedelta) -> None:
    """Forget that mails came which went into no case; the others stay as long as their case."""
    old = ReceivedMail.received_at < clock.now() - age
    db.session.execute(
        delete(ReceivedMail)
        .where(ReceivedMail.case_id.is_(None), old)
        .execution_options(synchronize_session=False)
    )
