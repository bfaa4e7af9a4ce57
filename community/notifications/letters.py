"""Notifications as mails, written in the reader's language."""

from community.core.i18n import speaking
from community.core.mail import Message, mail_domain, render_parts
from community.core.settings import current_settings
from community.identity.models import User
from community.notifications.queries.entries import Entry
from community.notifications.tokens import sign_unsubscription, unsubscription_for
from community.notifications.wording import line_of, reason_of, stop_of, subject_of


def write_letter(reader: User, entry: Entry, words: str) -> Message:
    """Return the mail that tells of a notification; ``words`` is what it quotes, as plain text."""
    settings = current_settings()
    site = settings.site_url.rstrip("/")
    token = sign_unsubscription(unsubscription_for(reader.id, entry.kind, entry.question_id))
    stop_url = f"{site}/unsubscribe/{token}"
    with speaking(reader.language or settings.default_language):
        text, html = render_parts(
            "notification",
            name=reader.display_name,
            line=line_of(entry),
            words=words,
            url=f"{site}{entry.path}",
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


def _headers(reader: User, entry: Entry, stop_url: str) -> dict[str, str]:
    """Return headers: one-click leaving (RFC 8058), and a conversation per question (RFC 5322)."""
    domain = mail_domain()
    conversation = f"<q{entry.question_id}.{reader.id}@{domain}>"
    return {
        "Message-ID": f"<n{entry.id}.{reader.id}@{domain}>",
        "In-Reply-To": conversation,
        "References": conversation,
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<notifications.{domain}>",
    }
