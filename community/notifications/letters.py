"""Notifications as mails, written in the reader's language."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from community.core.i18n import speaking
from community.core.mail import Message, mail_domain, render_parts
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


def write_letter(reader: User, entry: Entry, words: str, *, offers: bool = False) -> Message:
    """Return the mail that tells of a notification; ``words`` is what it quotes, as plain text.

    With ``offers`` it has a link by which the reader, who asked, accepts the answer.
    """
    site = site_address()
    stop_url = stop_address(unsubscription_for(reader.id, entry.kind, entry.question_id))
    with speaking_to(reader):
        text, html = render_parts(
            "notification",
            name=reader.display_name,
            line=line_of(entry),
            words=words,
            url=f"{site}{entry.path}",
            accept_url=_accept_address(reader, entry) if offers else "",
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
        headers=_headers(reader, entry, stop_url),
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
