"""The mail that asks a customer how satisfied they were."""

from flask_babel import gettext as _

from community.core.i18n import speaking
from community.core.mail import Message, render_parts
from community.core.reply_addresses import case_mail_headers, mail_site
from community.core.settings import current_settings
from community.escalation.cases.models import SupportCase
from community.escalation.csat.tokens import sign_response
from community.escalation.csat.wording import MARK_WORDS
from community.identity.models import User


def write_question(
    case: SupportCase, response_id: int, *, to: str, customer: User | None
) -> Message:
    """Return the mail: five links to one page, each with its mark chosen there.

    An answer to the mail goes to the case, where somebody reads it. The link that ends such mails
    works with one click. Source: RFC 8058; a survey counts as advertising (BGH VI ZR 225/17).
    """
    url = f"{current_settings().site_url.rstrip('/')}/satisfaction/{sign_response(response_id)}"
    language = (customer.language if customer else None) or case.language
    with speaking(language, customer.time_zone if customer else None):
        text, html = render_parts(
            "satisfaction",
            name=customer.display_name if customer else "",
            number=case.number,
            about=case.subject,
            marks=[(words, f"{url}?mark={mark}") for mark, words in MARK_WORDS.items()],
            stop_url=f"{url}/refusal",
        )
        subject = _("How satisfied were you with our help in %(number)s?", number=case.number)
    leaving = {
        "List-Unsubscribe": f"<{url}/refusal>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    headers = case_mail_headers(mail_site(), case.id, "satisfaction")
    return Message(to=to, subject=subject, text=text, html=html, headers={**headers, **leaving})
