"""Mail of side conversations, sent by the worker."""

from community.core import mail
from community.core.db import db, forget_changes, transaction
from community.core.i18n import speaking
from community.core.jobs import external
from community.core.mail import Message, render_parts
from community.core.markup import stored
from community.core.reply_addresses import SIDE, case_mail_headers, mail_site
from community.core.settings import current_settings
from community.core.undeliverable import takes_mail
from community.escalation.side.failures import note_undelivered
from community.escalation.side.models import OUT, SideConversation, SideMessage


@external
def send_side_mail(message_id: int) -> None:
    """Mail what an agent wrote to somebody outside (task).

    Should the worker die between sending and noting so, it is sent once more with the same
    Message-ID.
    """
    message = db.session.get(SideMessage, message_id)
    if message is None or message.direction != OUT or not message.body:
        return
    side = db.session.get_one(SideConversation, message.side_id)
    if side.email is None:
        return
    if not takes_mail(side.email):
        # Mails to there came back too often, so this one is not even sent.
        forget_changes()
        with transaction():
            note_undelivered(side.id, message.id)
        return
    letter = _write(side, message, to=side.email)
    # No transaction stays open while the mail server takes its time.
    forget_changes()
    mail.send(letter)


def _write(side: SideConversation, message: SideMessage, *, to: str) -> Message:
    """Return the mail: the words alone, and nothing of the case or its customer."""
    with speaking(current_settings().default_language):
        text, html = render_parts("side_message", body=message.body, body_html=stored(message.html))
    headers = case_mail_headers(mail_site(), side.id, f"m{message.id}", kind=SIDE)
    return Message(to=to, subject=side.subject, text=text, html=html, headers=headers)
