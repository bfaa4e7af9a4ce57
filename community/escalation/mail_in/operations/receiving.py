"""Taking a mail in: once, to where it belongs, and only from whom it may come."""

import hmac
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

import structlog
from sqlalchemy import select, update

from community.core import clock, markup
from community.core.allowances import Allowance, allowance_key, take_place
from community.core.authz import SYSTEM
from community.core.db import count_changed, db, insert_ignoring_conflicts, joined_transaction
from community.core.i18n import speaking
from community.core.reply_addresses import LARGEST_ID, SIDE, MailSite, mail_site, message_parts_in
from community.core.settings import current_settings
from community.core.undeliverable import is_quoted, note_bounce
from community.escalation.cases.models import IN, INTERNAL, CaseMessage, SupportCase
from community.escalation.cases.operations.filing import FitFiles, add_files, fit_files
from community.escalation.cases.operations.locking import lock_case
from community.escalation.cases.operations.messages import receive_message
from community.escalation.cases.operations.noting import note_message
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.queries.merged import surviving_id
from community.escalation.mail_in.letters import (
    acknowledge_mail,
    refuse_reply,
    words_of_files,
    words_of_kept_files,
    words_of_stranger,
)
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.models import ReceivedMail
from community.escalation.mail_in.operations.fates import Fate, Received, refused
from community.escalation.mail_in.operations.posting import take_reply
from community.escalation.mail_in.parsing import parse_mail
from community.escalation.mail_in.queries import find_answered_case, find_open_case, get_sender
from community.escalation.side.failures import note_undelivered
from community.escalation.side.operations import receive_aside
from community.identity.models import User
from community.posts.operations import rendered_columns

log = structlog.get_logger()

DAY = timedelta(days=1)
# Who writes more is a machine.
MAILS_PER_DAY = 50
STRANGERS_CASES_PER_DAY = 3
MEMBERS_CASES_PER_DAY = 20
REFUSALS = Allowance("", 1, timedelta(days=7))
_KEY_PURPOSE = b"mails that came in"


class _Sender(NamedTuple):
    email: str
    user: User | None


def receive_mail(raw: bytes, *, recipients: tuple[str, ...] = ()) -> Received:
    """Take a mail in, and keep what it says where it belongs; the same mail again changes nothing.

    ``recipients`` are those of the envelope. In a transaction of its own, where there is none: once
    this returns the mail is safe, and until then its sender keeps it.
    """
    site = mail_site()
    mail = parse_mail(raw, site, recipients=recipients)
    # Pictures are made anew, which takes a while: not under a lock.
    kept = mail.kind is Kind.MAIL and mail.post_reply is None
    files = fit_files(mail.files) if kept else FitFiles()
    with joined_transaction():
        received = _receive_once(raw, mail, files, site)
    log.info("mail_received", fate=received.fate, kind=received.kind, reason=received.reason)
    return received


def _receive_once(raw: bytes, mail: InboundMail, files: FitFiles, site: MailSite) -> Received:
    key = _key_of(raw, mail)
    fresh = insert_ignoring_conflicts(ReceivedMail).values(
        key=key, kind=mail.kind, reason=mail.reason, original="", received_at=clock.now()
    )
    if not count_changed(fresh):
        return Received(Fate.KNOWN, mail.kind, mail.reason)
    if mail.kind is Kind.MAIL:
        received = _place(mail, files, site)
    else:
        _note_bounces(raw, mail)
        received = Received(
            Fate.REFUSED if mail.kind is Kind.REFUSED else Fate.IGNORED, mail.kind, mail.reason
        )
    _note(key, mail, received)
    return received


def _key_of(raw: bytes, mail: InboundMail) -> str:
    """Return what tells a mail from all others; a sender can only repeat mails of their own."""
    named = mail.sender is not None and mail.message_id
    what = f"{mail.sender}\0{mail.message_id}".encode() if named else sha256(raw).digest()
    secret = current_settings().secret_key.encode()
    return hmac.digest(secret, _KEY_PURPOSE + what, sha256).hex()


def _note(key: str, mail: InboundMail, received: Received) -> None:
    values: dict[str, object] = {"kind": received.kind, "reason": received.reason}
    if received.case_id is not None and mail.sender is not None:
        user = get_sender(mail.sender.email)
        values |= {
            "case_id": received.case_id,
            "message_id": mail.message_id or None,
            "sender_id": user.id if user else None,
            "sender_email": None if user else mail.sender.email,
            "original": mail.original,
        }
    db.session.execute(
        update(ReceivedMail)
        .where(ReceivedMail.key == key)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _note_bounces(raw: bytes, mail: InboundMail) -> None:
    """Count whom a mail of ours did not reach for good, as far as it is proved that it was ours.

    One that went to somebody outside about a case is marked there.
    """
    if mail.bounce is None or mail.bounce.is_temporary:
        return
    for address in mail.bounce.addresses:
        if is_quoted(raw, address):
            note_bounce(address)
    for side_id, part in message_parts_in(raw, mail_site(), kind=SIDE)[:1]:
        number = part.removeprefix("m")
        if number.isdigit() and int(number) <= LARGEST_ID:
            note_undelivered(side_id, int(number))


def _place(mail: InboundMail, files: FitFiles, site: MailSite) -> Received:
    """Bring a person's mail to where it belongs."""
    assert mail.sender is not None
    sender = _Sender(mail.sender.email, get_sender(mail.sender.email))
    if not _may("mail-in", sender, MAILS_PER_DAY):
        return refused("too many today")
    if mail.post_reply is not None:
        return take_reply(mail, mail.post_reply, site)
    if mail.side_ids and not mail.case_ids:
        return _write_aside(mail, files, sender)
    named = (*mail.case_ids, *mail.answered_case_ids)
    case_id = named[0] if named else None
    if case_id is None:
        case_id = find_answered_case(mail.references, sender.email, sender.user)
    case = None if case_id is None else db.session.get(SupportCase, case_id)
    if case is not None:
        return _write(case, mail, files, sender)
    if site.help_address in mail.recipients:
        return _open(mail, files, sender)
    return _turn_away(mail, sender, site)


def _may(what: str, sender: _Sender, most: int) -> bool:
    return take_place(Allowance(allowance_key(what, sender.email), most, DAY)) is not None


def _write(case: SupportCase, mail: InboundMail, files: FitFiles, sender: _Sender) -> Received:
    """Add a mail to a case: as the customer's words only if it is the customer's."""
    message_id = mail.message_id or None
    if _is_customer(case, sender):
        text = _text_of(mail, files, case.language)
        message = receive_message(case.id, from_user=sender.user, body=text, message_id=message_id)
        add_files(message, files.kept, author_id=message.author_id)
        return Received(Fate.WRITTEN, Kind.MAIL, "", message.case_id)
    locked = lock_case(surviving_id(case))
    with speaking(case.language):
        text = words_of_stranger(sender.email) + "\n\n" + _text_of(mail, files, case.language)
    note = CaseMessage(
        author_id=None,
        kind=INTERNAL,
        direction=IN,
        message_id=None,
        **rendered_columns(text[: markup.MAX_CHARS]),
    )
    add_files(note_message(locked.case, note, actor_id=None), files.kept, author_id=None)
    return Received(Fate.NOTED, Kind.MAIL, "not the customer", locked.case.id)


def _write_aside(mail: InboundMail, files: FitFiles, sender: _Sender) -> Received:
    """Add a mail to the side conversation that it answers; no customer ever reads it."""
    language = current_settings().default_language
    # Side conversations keep no files: all are named.
    names = (*(file.name for file in files.kept), *files.left)
    text = _text_of(mail, FitFiles(left=names), language)
    message_id = mail.message_id or None
    if not receive_aside(mail.side_ids[0], sender.email, text, message_id=message_id):
        return refused("no such conversation")
    return Received(Fate.ASIDE, Kind.MAIL, "")


def _is_customer(case: SupportCase, sender: _Sender) -> bool:
    if case.requester_id is not None:
        return sender.user is not None and sender.user.id == case.requester_id
    return bool(case.requester_email) and case.requester_email == sender.email


def _open(mail: InboundMail, files: FitFiles, sender: _Sender) -> Received:
    """Open a private case with a mail to the help address, and tell its sender."""
    most = STRANGERS_CASES_PER_DAY if sender.user is None else MEMBERS_CASES_PER_DAY
    if not _may("mail-case", sender, most):
        return _add_to_newest(mail, files, sender)
    user = sender.user
    language = (user.language if user else None) or current_settings().default_language
    text = _text_of(mail, files, language)
    case = open_case(
        user or SYSTEM,
        trigger="mail",
        subject=mail.subject or markup.shorten(text, 80),
        language=language,
        requester_id=user.id if user else None,
        requester_email=None if user else sender.email,
        channel="mail",
        body=text,
        message_id=mail.message_id or None,
    )
    first = db.session.scalars(select(CaseMessage).where(CaseMessage.case_id == case.id)).one()
    add_files(first, files.kept, author_id=case.requester_id)
    acknowledge_mail(case, sender.email, answers=mail.message_id)
    return Received(Fate.OPENED, Kind.MAIL, "", case.id)


def _add_to_newest(mail: InboundMail, files: FitFiles, sender: _Sender) -> Received:
    """Add a mail of somebody who opened enough cases today to the last of them, so it is read."""
    case = find_open_case(sender.email, sender.user)
    if case is None:
        return refused("too many cases today")
    text = f"{mail.subject}\n\n{mail.text}".strip()
    return _write(case, replace(mail, text=text), files, sender)


def _turn_away(mail: InboundMail, sender: _Sender, site: MailSite) -> Received:
    """Say once that a reply to our notifications reaches nobody; say nothing to anybody else."""
    if not site.help_address or not site.own.intersection(mail.recipients):
        return refused("not for us")
    if take_place(REFUSALS._replace(key=allowance_key("mail-refusal", sender.email))) is not None:
        refuse_reply(sender.email, sender.user, answers=mail.message_id)
    return refused("reply to a notification")


def _text_of(mail: InboundMail, files: FitFiles, language: str) -> str:
    """Return a mail's new text as it is kept, with the names of the files that are not."""
    text = mail.text.strip()
    with speaking(language):
        lost = words_of_files(files.left)
        if not text and files.kept and not lost:
            text = words_of_kept_files([file.name for file in files.kept])
    if len(text) < 2:
        text = f"“{text}”" if text else ""
    room = markup.MAX_CHARS - len(lost) - 2
    return "\n\n".join(filter(None, (text[:room], lost)))
