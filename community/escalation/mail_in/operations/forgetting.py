"""Forgetting what came in."""

from datetime import timedelta

from sqlalchemy import delete

from community.core import clock
from community.core.db import db
from community.escalation.mail_in.models import ReceivedMail


def forget_mails_without_case(age: timedelta) -> None:
    """Forget that mails came which went into no case; the others stay as long as their case."""
    old = ReceivedMail.received_at < clock.now() - age
    db.session.execute(
        delete(ReceivedMail)
        .where(ReceivedMail.case_id.is_(None), old)
        .execution_options(synchronize_session=False)
    )
