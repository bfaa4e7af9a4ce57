"""Notifications as mails, written in the reader's language."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from flask_babel import gettext as _

from community.core import clock
from community.core.i18n import speaking
from community.core.mail import Message, mail_domain, render_parts
from community.core.post_addresses import post_address
from community.core.reply_addresses import REPLY_MARK, mail_site
from community.core.settings import current_settings
from community.identity.models import User
from community.notifications.queries.entries import Entry
from community.notifications.tokens import (
    EVERYTHING,
    Unsubscription,
    sign_unsubscription,
    unsubscription_for,
)
from community.notifications.wording import (
    collection_subject,
    line_of,
    reason_of,
    stop_of,
    subject_of,
)
from community.questions.acceptance_links import sign_offer
from community.questions.queries.replying import ReplyPlace


def write_letter(
    reader: User,
    entry: Entry,
    words: str,
    *,
    offers: bool = False,
    place: ReplyPlace | None = None,
) -> Message:
    """Return the mail that tells of a notification; ``words`` is what it quotes, as plain text.

    With ``offers`` it has a link by which the reader, who asked, accepts the answer. ``place`` is
    where a reply to it is posted.
    """
    site = site_address()
    address = _reply_address(reader, entry) if place else ""
    stop_url = stop_address(unsubscription_for(reader.id, entry.kind, entry.question_id))
    with speaking_to(reader):
        text, html = render_parts(
            "notification",
            name=reader.display_name,
            line=line_of(entry),
            words=words,
            url=f"{site}{entry.path}",
            accept_url=_accept_address(reader, entry) if offers else "",
            mark=_mark() if address else "",
            reply=_reply_words(place) if place and address else "",
            reason=reason_of(entry.kind),
            stop=stop_of(entry.kind),
            stop_url=stop_url,
            preferences_url=f"{site}/preferences/notifications",
        )
        subject = subject_of(entry)
    return Message(
        to=reader.email or "",
        subject=subject,
        text=text,
        html=html,
        headers=_headers(reader, entry, stop_url) | ({"Reply-To": address} if address else {}),
    )


def _reply_address(reader: User, entry: Entry) -> str:
    assert entry.post_id is not None
    return post_address(
        mail_site(),
        user_id=reader.id,
        post_id=entry.post_id,
        email=reader.email or "",
        sent_at=clock.now(),
    )


def _mark() -> str:
    words = _("Please write above this line")
    return f"{REPLY_MARK} {words} {REPLY_MARK[::-1]}"


def _reply_words(place: ReplyPlace) -> str:
    """Return what becomes of a reply to the mail."""
    if place.is_answer:
        return _(
            "Reply to this mail to answer: what you write stands under the question, with your "
            "name, for everybody who can read it."
        )
    if place.parent is place.question:
        return _(
            "Reply to this mail to comment: what you write stands below the question, with your "
            "name, for everybody who can read it."
        )
    return _(
        "Reply to this mail to comment: what you write stands below the answer, with your name, "
        "for everybody who can read it."
    )


def _accept_address(reader: User, entry: Entry) -> str:
    assert entry.post_id is not None
    return f"{site_address()}/acceptances/{sign_offer(reader.id, entry.post_id)}"


def write_collection(reader: User, entries: Sequence[Entry]) -> Message:
    """Return the one mail that tells of all that quiet hours held back, oldest first."""
    site = site_address()
    stop_url = stop_address(Unsubscription(reader.id, EVERYTHING, None))
    with speaking_to(reader):
        text, html = render_parts(
            "collection",
            name=reader.display_name,
            lines=[(line_of(entry), f"{site}{entry.path}") for entry in entries],
            stop_url=stop_url,
            preferences_url=f"{site}/preferences/notifications",
        )
        subject = collection_subject(len(entries))
    message_id = f"<h{entries[-1].id}.{reader.id}@{mail_domain()}>"
    return Message(
        to=reader.email or "",
        subject=subject,
        text=text,
        html=html,
        headers={"Message-ID": message_id, **leaving_headers(stop_url)},
    )


def speaking_to(reader: User) -> AbstractContextManager[None]:
    """Write in the reader's language and time zone for a while."""
    return speaking(reader.language or current_settings().default_language, reader.time_zone)


def site_address() -> str:
    """Return the site's address without a slash at its end."""
    return current_settings().site_url.rstrip("/")


def stop_address(what: Unsubscription) -> str:
    """Return the address that ends mails without signing in."""
    return f"{site_address()}/unsubscribe/{sign_unsubscription(what)}"


def leaving_headers(stop_url: str) -> dict[str, str]:
    """Return the headers for leaving with one click. Source: RFC 8058, RFC 2919."""
    return {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<notifications.{mail_domain()}>",
    }


def _headers(reader: User, entry: Entry, stop_url: str) -> dict[str, str]:
    """Return headers: one-click leaving, and a conversation per question (RFC 5322)."""
    domain = mail_domain()
    headers = {"Message-ID": f"<n{entry.id}.{reader.id}@{domain}>", **leaving_headers(stop_url)}
    if entry.question_id is not None:
        conversation = f"<q{entry.question_id}.{reader.id}@{domain}>"
        headers |= {"In-Reply-To": conversation, "References": conversation}
    return headers
