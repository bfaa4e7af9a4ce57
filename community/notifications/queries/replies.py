"""Whether a mail can be answered, and what becomes of it."""

from community.core.errors import NotFound
from community.core.reply_addresses import mail_site
from community.core.settings import current_settings
from community.identity.models import User
from community.identity.policies import is_any_staff
from community.notifications.queries.entries import Entry
from community.questions.queries.replying import ReplyPlace, get_reply_place

# About words of somebody else's that there is something to say to.
ANSWERED_KINDS = frozenset(
    {
        *("answer", "comment", "mention", "new_question", "info_request", "duplicate"),
        *("accepted", "unaccepted", "confirmed", "reopened"),
    }
)


def find_reply_place(reader: User, entry: Entry) -> ReplyPlace | None:
    """Return where the reader's reply to a mail would stand; None where none can be written.

    Who works for the operator writes signed in with a second factor, and never by mail.
    """
    is_on = current_settings().mail_replies and mail_site().reply_address
    if not is_on or entry.kind not in ANSWERED_KINDS or entry.post_id is None:
        return None
    if is_any_staff(reader):
        return None
    try:
        place = get_reply_place(reader, entry.post_id)
    except NotFound:
        return None
    return place if place.is_open_to(reader) else None
