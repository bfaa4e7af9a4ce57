"""Reading what came in by mail."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from community.core.db import db
from community.escalation.cases.models import CLOSED, SupportCase
from community.escalation.cases.queries.merged import ids_with_absorbed
from community.escalation.mail_in.models import ReceivedMail
from community.identity.models import User
from community.identity.queries import get_user_by_email


def get_sender(email: str) -> User | None:
    """Return the member whose confirmed address this is."""
    user = get_user_by_email(email)
    if user is None or user.confirmed_at is None or user.is_disabled:
        return None
    return user


def list_mails_of(case_id: int) -> Sequence[ReceivedMail]:
    """Return the mails that went into a case, or one that became part of it, oldest first."""
    theirs = select(ReceivedMail).where(ReceivedMail.case_id.in_(ids_with_absorbed(case_id)))
    return db.session.scalars(theirs.order_by(ReceivedMail.id)).all()


def find_answered_case(message_ids: Sequence[str], email: str, user: User | None) -> int | None:
    """Return the case into which an earlier mail of this sender went that is answered now."""
    if not message_ids:
        return None
    found = select(ReceivedMail.case_id).where(
        ReceivedMail.message_id.in_(message_ids),
        ReceivedMail.case_id.is_not(None),
        _is_from(email, user),
    )
    return db.session.scalar(found.order_by(ReceivedMail.id.desc()).limit(1))


def find_open_case(email: str, user: User | None) -> SupportCase | None:
    """Return the newest case that this sender opened by mail, if it is not closed."""
    theirs = SupportCase.requester_email == email
    if user is not None:
        theirs = SupportCase.requester_id == user.id
    opened = select(SupportCase).where(
        theirs, SupportCase.channel == "mail", SupportCase.state != CLOSED
    )
    return db.session.scalar(opened.order_by(SupportCase.id.desc()).limit(1))


def _is_from(email: str, user: User | None) -> ColumnElement[bool]:
    if user is None:
        return ReceivedMail.sender_email == email
    return ReceivedMail.sender_id == user.id
