"""Mails that answer mails, and those that carry what the support team writes to a customer."""

from collections.abc import Sequence

from flask_babel import gettext as _

from community.core import clock
from community.core.i18n import speaking
from community.core.mail import Message, enqueue_mail, render_parts
from community.core.markup import stored
from community.core.reply_addresses import REPLY_MARK, case_address, case_mail_headers, mail_site
from community.core.settings import current_settings
from community.core.wording import present_wording
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.queries.files import files_of
from community.escalation.sla.queries import measure_first_answers, nearest_clocks
from community.escalation.sla.wording import measured_words
from community.identity.models import User
from community.identity.throttling import may_send_requested_mail

# An answer to this is no person's. Source: RFC 3834 §5.
REPLIED = {"Auto-Submitted": "auto-replied", "Precedence": "auto_reply"}


def words_of_files(names: Sequence[str]) -> str:
    """Return what a message says of files that came with its mail and are not kept."""
    if not names:
        return ""
    return _("Files that were attached and are not kept: %(names)s", names=", ".join(names))


def words_of_kept_files(names: Sequence[str]) -> str:
    """Return what a mail says that holds nothing but files."""
    return _("Files: %(names)s", names=", ".join(names))


def words_of_stranger(email: str) -> str:
    """Return what a note says above the mail of somebody who is not the case's customer."""
    return _(
        "Mail from %(email)s to this case's address. It is not the customer's, so it counts as a "
        "note; nobody was answered.",
        email=email,
    )


def acknowledge_mail(case: SupportCase, email: str, *, answers: str) -> None:
    """Tell whoever wrote to the help address which case it is now, and how to add to it."""
    with speaking(case.language):
        promised = nearest_clocks([case.id]).get(case.id)
        due_at = promised.due_at if promised else None
        text, html = render_parts(
            "case_received",
            number=case.number,
            subject=case.subject,
            mark=_mark(),
            promised=present_wording().instant(due_at) if due_at else "",
            measured=measured_words(measure_first_answers(case.channel, clock.now())),
        )
        subject = _reply_subject(case)
    headers = {**case_mail_headers(mail_site(), case.id, "received"), **REPLIED}
    headers = answering(headers, answers)
    _answer(Message(to=email, subject=subject, text=text, html=html, headers=headers))


def refuse_reply(email: str, user: User | None, *, answers: str) -> None:
    """Tell that nobody reads what is answered to a notification, and where to write instead."""
    site, settings = mail_site(), current_settings()
    with speaking((user.language if user else None) or settings.default_language):
        text, html = render_parts(
            "reply_refused", help_address=site.help_address, site_url=settings.site_url
        )
        subject = _("Your reply did not reach anybody")
    headers = answering(dict(REPLIED), answers)
    _answer(Message(to=email, subject=subject, text=text, html=html, headers=headers))


def write_case_letter(
    case: SupportCase, message: CaseMessage, *, to: str, name: str, url: str
) -> Message:
    """Return the mail that brings a customer what the support team wrote to them alone."""
    names = [file.name for file in files_of([message.id]).get(message.id, ())]
    with speaking(case.language):
        text, html = render_parts(
            "case_message",
            name=name,
            number=case.number,
            body=message.body,
            body_html=stored(message.html),
            url=url,
            mark=_mark() if case_address(mail_site(), case.id) else "",
            files=words_of_kept_files(names) if names else "",
        )
        subject = _reply_subject(case)
    headers = case_mail_headers(mail_site(), case.id, f"m{message.id}")
    return Message(to=to, subject=subject, text=text, html=html, headers=headers)


def _answer(message: Message) -> None:
    """Store an answer to a mail, unless its address got enough mails that anybody can cause."""
    if may_send_requested_mail(message.to):
        enqueue_mail(message)


def _mark() -> str:
    words = _("Please write above this line")
    return f"{REPLY_MARK} {words} {REPLY_MARK[::-1]}"


def _reply_subject(case: SupportCase) -> str:
    return f"Re: [{case.number}] {case.subject}"


def answering(headers: dict[str, str], message_id: str) -> dict[str, str]:
    """Return the headers of a mail that answers another one, whose Message-ID may be unknown."""
    if not message_id:
        return headers
    answered = f"<{message_id}>"
    thread = " ".join(filter(None, (headers.get("References", ""), answered)))
    return {**headers, "In-Reply-To": answered, "References": thread}
