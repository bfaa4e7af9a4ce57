"""Bytes that came as a mail, and what they say.

It never raises and never takes long: size, lines, parts, headers and their lengths are bounded, and
what cannot be read is empty.
"""

import re
from collections.abc import Iterable, Sequence
from email.message import Message

from community.core.post_addresses import PostReply, read_post_token
from community.core.reply_addresses import (
    CASE,
    SIDE,
    MailSite,
    read_message_id,
    read_token,
    tokens_in,
)
from community.escalation.mail_in.automatic import (
    failed_any_check,
    failed_authentication,
    find_automatic,
    find_loop,
    is_marked_spam,
)
from community.escalation.mail_in.bounces import find_bounce
from community.escalation.mail_in.headers import Headers
from community.escalation.mail_in.message import Bounce, InboundMail, Kind
from community.escalation.mail_in.parts import Content, MailTooLarge, parse_bytes, read_content
from community.escalation.mail_in.quotes import strip_reply

UNREADABLE = "unreadable"
_RECIPIENTS = (
    *("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"),
    *("x-forwarded-to", "x-delivered-to"),
)
# An answer to an invitation, not the invitation.
_ACCEPTED = re.compile(rb"^METHOD:(?:REPLY|REFRESH)\b", re.IGNORECASE | re.MULTILINE)
_CALENDAR_HEAD_BYTES = 4_000
# A gateway may write "[EXTERN]" before it.
_TAGS = r"(?:\[[^\]]{0,30}\]\s?)*"
_FORWARD = re.compile(rf"{_TAGS}(?:fwd?|wg|weitergeleitet|tr|rv|doorst)\s?:", re.IGNORECASE)
_REPLY = re.compile(rf"{_TAGS}(?:re|aw|antw|antwort|sv|odp|r|ref)\s?(?:\[\d+\])?:", re.IGNORECASE)


def parse_mail(raw: bytes, site: MailSite, *, recipients: tuple[str, ...] = ()) -> InboundMail:
    """Return what is to be made of a mail; ``recipients`` are those of its envelope."""
    try:
        mail = parse_bytes(raw)
        return _read(raw, mail, site, recipients)
    except MailTooLarge as error:
        return InboundMail(kind=Kind.REFUSED, reason=f"too many {error}")
    except Exception:
        # The library that reads mails raises all kinds of errors, and a mail that stopped the
        # listener would come again and again.
        return InboundMail(kind=Kind.REFUSED, reason=UNREADABLE)


def _read(raw: bytes, mail: Message, site: MailSite, envelope: tuple[str, ...]) -> InboundMail:
    headers = Headers(mail)
    content = read_content(mail)
    subject = headers.subject()
    recipients = tuple(dict.fromkeys((*map(str.lower, envelope), *headers.addresses(*_RECIPIENTS))))
    references = headers.references()
    case_ids = _known(read_token(site, token) for token in tokens_in(site, recipients))
    answered_case_ids = _known(read_message_id(site, each) for each in references)
    side_ids = _side_ids(site, recipients, references)
    # What may be meant for the support team alone is never published.
    is_private = case_ids or answered_case_ids or side_ids or _names_help(headers, site)
    post_reply = None if is_private else _post_reply(site, recipients)
    is_reply = bool(_REPLY.match(subject) or headers.has("in-reply-to", "references"))
    text = strip_reply(
        content.text,
        is_forward=post_reply is None and _FORWARD.match(subject) is not None,
        is_reply=post_reply is not None or is_reply or content.is_marked,
        is_published=post_reply is not None,
    )
    bounce = find_bounce(raw, mail, headers, content.text)
    senders = headers.senders()
    kind, reason = (
        _judge(mail, headers, site, bounce)
        or _judge_files(content)
        or _refuse(headers, site, recipients)
    )
    # Who answers the mail about a post is told that there was nothing new in it.
    if kind is Kind.MAIL and post_reply is None and not text.strip() and not content.files:
        kind, reason = Kind.REFUSED, "nothing new"
    return InboundMail(
        kind=kind,
        reason=reason,
        message_id=headers.message_id(),
        sender=senders[0] if len(senders) == 1 and senders[0].email else None,
        recipients=recipients,
        case_ids=case_ids,
        references=references,
        answered_case_ids=answered_case_ids,
        side_ids=side_ids,
        post_reply=post_reply,
        subject=subject,
        text=text,
        original=content.text,
        files=content.files,
        bounce=bounce,
    )


def _known(case_ids: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(case_id for case_id in case_ids if case_id is not None))


def _side_ids(
    site: MailSite, recipients: Sequence[str], references: Sequence[str]
) -> tuple[int, ...]:
    named = (read_token(site, each, kind=SIDE) for each in tokens_in(site, recipients))
    answered = (read_message_id(site, each, kind=SIDE) for each in references)
    return _known((*named, *answered))


def _names_help(headers: Headers, site: MailSite) -> bool:
    """Say whether the sender named the help address; a server that delivers may name it, too."""
    return bool(site.help_address) and site.help_address in headers.addresses("to", "cc")


def _post_reply(site: MailSite, recipients: Sequence[str]) -> PostReply | None:
    found = (read_post_token(site, each) for each in tokens_in(site, recipients))
    return next((each for each in found if each is not None), None)


def _judge(
    mail: Message, headers: Headers, site: MailSite, bounce: Bounce | None
) -> tuple[Kind, str] | None:
    """Return the kind of a mail that is none of a person's."""
    if bounce is not None:
        return Kind.BOUNCE, "bounce"
    if reason := find_loop(headers, site) or find_automatic(headers, mail.get_content_type()):
        return Kind.AUTOMATIC, reason
    if is_marked_spam(headers):
        return Kind.SPAM, "marked"
    return None


def _judge_files(content: Content) -> tuple[Kind, str] | None:
    calendars = (each for each in content.files if each.content_type == "text/calendar")
    if any(_ACCEPTED.search(each.content[:_CALENDAR_HEAD_BYTES]) for each in calendars):
        return Kind.AUTOMATIC, "calendar"
    return None


def _refuse(headers: Headers, site: MailSite, recipients: tuple[str, ...]) -> tuple[Kind, str]:
    """Return why a person's mail is not taken, or that it is."""
    senders = headers.senders()
    if len(senders) > 1 or len(headers.all("from")) > 1:
        return Kind.REFUSED, "several senders"
    if not senders or not senders[0].email:
        return Kind.REFUSED, "no sender"
    if failed_authentication(headers, site):
        return Kind.REFUSED, "sender not authentic"
    tokens = tokens_in(site, recipients)
    if len(tokens) > 1:
        return Kind.REFUSED, "several cases"
    if not tokens:
        return Kind.MAIL, ""
    if read_post_token(site, tokens[0]) is not None:
        doubtful = failed_any_check(headers, site)
        return (Kind.REFUSED, "sender not authentic") if doubtful else (Kind.MAIL, "")
    if all(read_token(site, tokens[0], kind=kind) is None for kind in (CASE, SIDE)):
        return Kind.REFUSED, "wrong reply address"
    return Kind.MAIL, ""
