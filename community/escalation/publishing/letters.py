"""The mail that shows a customer what would be published, and asks."""

from flask_babel import gettext as _

from community.boards.models import Board
from community.core.i18n import speaking
from community.core.mail import Message, render_parts
from community.core.markup import render
from community.core.reply_addresses import case_mail_headers, mail_site
from community.core.settings import current_settings
from community.escalation.cases.models import SupportCase
from community.escalation.publishing.models import Publication
from community.escalation.publishing.policies import OPEN_FOR
from community.escalation.publishing.tokens import sign_publication
from community.identity.models import User


def write_request(
    case: SupportCase, publication: Publication, board: Board, *, to: str, customer: User | None
) -> Message:
    """Return the mail: the exact text, and one link to a page where they agree or decline."""
    site_url = current_settings().site_url.rstrip("/")
    language = (customer.language if customer else None) or case.language
    with speaking(language, customer.time_zone if customer else None):
        text, html = render_parts(
            "publication",
            name=customer.display_name if customer else "",
            number=case.number,
            title=publication.title,
            body=publication.body,
            body_html=render(publication.body),
            board=board.name_in(language),
            tags=publication.tags,
            days=OPEN_FOR.days,
            url=f"{site_url}/publications/{sign_publication(publication.id, to)}",
        )
        subject = _("May we ask the community about %(number)s?", number=case.number)
    headers = case_mail_headers(mail_site(), case.id, f"publication{publication.id}")
    return Message(to=to, subject=subject, text=text, html=html, headers=headers)
