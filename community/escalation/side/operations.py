"""Asking somebody outside about a case, and taking their answers in."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select, update

from community.core import clock
from community.core.allowances import Allowance, allowance_key, take_place
from community.core.audit import Action, record
from community.core.authz import SYSTEM
from community.core.db import db
from community.core.errors import Invalid, RateLimited
from community.core.jobs import enqueue
from community.core.reply_addresses import mail_site, tokens_in
from community.escalation.cases.models import ON_HOLD, SupportCase
from community.escalation.cases.operations.locking import lock_case, lock_for_work
from community.escalation.cases.operations.messages import fit_private_text
from community.escalation.cases.operations.states import reopen_locked
from community.escalation.cases.queries.merged import surviving_id
from community.escalation.side.letters import send_side_mail
from community.escalation.side.models import (
    IN,
    OUT,
    SUBJECT_MAX_CHARS,
    SideConversation,
    SideMessage,
)
from community.identity.emails import NoAddress, tidy_email
from community.identity.models import User
from community.posts.operations import rendered_columns
from community.posts.text import fit_note

# Nobody asks so many suppliers; a stolen account would.
MAILS_PER_DAY = 100
DAY = timedelta(days=1)
EMPTIED = "–"


class UnfitRecipient(Invalid):
    """An address that no side conversation goes to."""

    message = _l("Enter the e-mail address of somebody else than the customer, and none of ours.")


def start_side(
    actor: User, case_id: int, *, email: str, subject: str, body: str
) -> SideConversation:
    """Ask somebody outside about a case, by mail.

    Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``, ``UnfitRecipient``, ``UnfitText``,
    ``RateLimited``.
    """
    case, _question = lock_for_work(actor, case_id)
    to = _fit_address(case, email)
    subject = _fit_subject(subject)
    text = fit_private_text(body)
    side = SideConversation(
        case_id=case.id,
        email=to,
        subject=subject,
        started_by_id=actor.id,
        started_at=clock.now(),
    )
    db.session.add(side)
    db.session.flush()
    record(
        actor,
        Action.SIDE_CONVERSATION_STARTED,
        subject=("support_case", case.id),
        after={"side_conversation_id": side.id},
    )
    _send(actor, side, text)
    return side


def write_aside(actor: User, side: SideConversation, body: str) -> SideMessage:
    """Write on in a side conversation.

    Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``, ``UnfitText``, ``RateLimited``.
    """
    case = db.session.get_one(SupportCase, side.case_id)
    lock_for_work(actor, surviving_id(case))
    return _send(actor, side, fit_private_text(body))


def receive_aside(side_id: int, email: str, body: str, *, message_id: str | None) -> bool:
    """Add what somebody answered; a case that waits for somebody else is open again.

    The same mail again changes nothing. Returns False if there is no such conversation.
    """
    side = db.session.get(SideConversation, side_id)
    if side is None:
        return False
    locked = lock_case(surviving_id(db.session.get_one(SupportCase, side.case_id)))
    known = select(SideMessage.id).where(
        SideMessage.side_id == side.id, SideMessage.message_id == message_id
    )
    if message_id is not None and db.session.scalar(known) is not None:
        return True
    _add(side, None, IN, fit_private_text(body), sender_email=email, message_id=message_id)
    if locked.case.state == ON_HOLD:
        reopen_locked(SYSTEM, locked)
    return True


def forget_aside(age: timedelta) -> None:
    """Empty what was written with others about cases closed so long ago, and their addresses."""
    old = select(SupportCase.id).where(SupportCase.closed_at < clock.now() - age)
    sides = select(SideConversation.id).where(SideConversation.case_id.in_(old))
    texts = update(SideMessage).where(SideMessage.side_id.in_(sides), SideMessage.body != "")
    db.session.execute(texts.values(body="", html="", message_id=None, sender_email=None))
    gone = update(SideConversation).where(
        SideConversation.case_id.in_(old), SideConversation.subject != EMPTIED
    )
    db.session.execute(gone.values(subject=EMPTIED, email=None))


def _fit_subject(typed: str) -> str:
    """Return a subject on one line; raises ``UnfitText``, ``Invalid``."""
    subject = " ".join(fit_note(typed, SUBJECT_MAX_CHARS).split())
    if not subject:
        raise Invalid(errors={"note": _l("Please fill this in.")})
    return subject


def _fit_address(case: SupportCase, typed: str) -> str:
    """Return the address as it is kept; raises ``UnfitRecipient``."""
    errors: dict[str, str | LazyString] = {"email": UnfitRecipient.message}
    try:
        email = tidy_email(typed)
    except NoAddress:
        raise UnfitRecipient(errors=errors) from None
    site = mail_site()
    if email in site.own or email in _addresses_of_customer(case) or tokens_in(site, [email]):
        raise UnfitRecipient(errors=errors)
    return email


def _addresses_of_customer(case: SupportCase) -> set[str | None]:
    customer = db.session.get(User, case.requester_id) if case.requester_id else None
    return {case.requester_email, customer.email if customer else None}


def _send(actor: User, side: SideConversation, text: str) -> SideMessage:
    key = allowance_key("side-mail", str(actor.id))
    if take_place(Allowance(key, MAILS_PER_DAY, DAY)) is None:
        raise RateLimited(retry_after_seconds=int(DAY.total_seconds()))
    message = _add(side, actor.id, OUT, text)
    enqueue(send_side_mail, message_id=message.id)
    return message


def _add(
    side: SideConversation,
    author_id: int | None,
    direction: str,
    text: str,
    *,
    sender_email: str | None = None,
    message_id: str | None = None,
) -> SideMessage:
    message = SideMessage(
        side_id=side.id,
        author_id=author_id,
        direction=direction,
        sender_email=sender_email,
        message_id=message_id,
        sent_at=clock.now(),
        **rendered_columns(text),
    )
    db.session.add(message)
    db.session.flush()
    return message
