"""Mail of support cases, sent by the worker."""

from community.core import mail
from community.core.db import db, forget_changes
from community.core.jobs import external
from community.core.settings import current_settings
from community.escalation.cases.models import OUT, PRIVATE, CaseMessage, SupportCase
from community.escalation.mail_in.letters import write_case_letter
from community.escalation.mail_in.polling import poll_mailbox
from community.identity.models import User


@external
def send_case_mail(message_id: int) -> None:
    """Mail a customer what the team wrote to them (task); asked again at the moment of sending.

    Should the worker die between sending and noting so, it is sent once more with the same
    Message-ID.
    """
    message = db.session.get(CaseMessage, message_id)
    if message is None or (message.kind, message.direction) != (PRIVATE, OUT):
        return
    case = db.session.get_one(SupportCase, message.case_id)
    user = None if case.requester_id is None else db.session.get(User, case.requester_id)
    to = user.email if user is not None else case.requester_email
    if not to or (user is not None and user.is_disabled):
        return
    site = current_settings().site_url.rstrip("/")
    url = f"{site}/cases/{case.id}" if user is not None else ""
    name = user.display_name if user is not None else ""
    letter = write_case_letter(case, message, to=to, name=name, url=url)
    # No transaction stays open while the mail server takes its time.
    forget_changes()
    mail.send(letter)


@external
def poll_mail() -> None:
    """Fetch mail from the mailbox, where there is one (periodic)."""
    if current_settings().imap_host:
        poll_mailbox()
