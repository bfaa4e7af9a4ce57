"""The digest as a mail, in its reader's language and time zone."""

from flask_babel import gettext as _

from community.core.mail import Message, mail_domain, render_parts
from community.identity.models import User
from community.notifications.letters import (
    leaving_headers,
    site_address,
    speaking_to,
    stop_address,
)
from community.notifications.models import Digest
from community.notifications.queries.digests import DigestContent
from community.notifications.tokens import DIGEST, Unsubscription
from community.notifications.wording import line_of
from community.questions.queries.rows import QuestionRow


def write_digest(reader: User, digest: Digest, content: DigestContent) -> Message:
    """Return the mail of a digest."""
    site = site_address()
    stop_url = stop_address(Unsubscription(reader.id, DIGEST, None))
    with speaking_to(reader):
        text, html = render_parts(
            "digest",
            name=reader.display_name,
            is_weekly="W" in digest.period,
            news=[(line_of(entry), f"{site}{entry.path}") for entry in content.news],
            questions=[_line(row, site) for row in content.questions],
            unanswered=[_line(row, site) for row in content.unanswered],
            stop_url=stop_url,
            preferences_url=f"{site}/preferences/notifications",
        )
        subject = _subject(content)
    headers = {"Message-ID": f"<d{digest.id}.{reader.id}@{mail_domain()}>"}
    return Message(
        to=reader.email or "",
        subject=subject,
        text=text,
        html=html,
        headers=headers | leaving_headers(stop_url),
    )


def _line(row: QuestionRow, site: str) -> tuple[QuestionRow, str]:
    return row, f"{site}/questions/{row.id}"


def _subject(content: DigestContent) -> str:
    """Name the first thing: that is why somebody opens the mail."""
    if content.news:
        return str(line_of(content.news[0]))
    return str(_("New: %(title)s", title=content.questions[0].title))
