"""Mails to somebody outside that reached nobody."""

from sqlalchemy import update

from community.core import clock
from community.core.db import count_changed, db
from community.core.jobs import emit
from community.escalation.cases.models import SupportCase
from community.escalation.cases.queries.merged import surviving_id
from community.escalation.side.models import OUT, SideConversation, SideMessage
from community.escalation.teams.queries import list_told_ids
from community.events.support import SideMailFailed


def note_undelivered(side_id: int, message_id: int) -> bool:
    """Note that a message reached nobody, and tell whose case it is; a second time changes nothing.

    Returns False if there is no such message.
    """
    message = db.session.get(SideMessage, message_id)
    if message is None or message.side_id != side_id or message.direction != OUT:
        return False
    fresh = update(SideMessage).where(
        SideMessage.id == message.id, SideMessage.undelivered_at.is_(None)
    )
    if count_changed(fresh.values(undelivered_at=clock.now())):
        side = db.session.get_one(SideConversation, side_id)
        case_id = surviving_id(db.session.get_one(SupportCase, side.case_id))
        case = db.session.get_one(SupportCase, case_id)
        for user_id in list_told_ids(case.team_id, case.owner_id, clock.now()):
            emit(SideMailFailed(case.id, message.id, user_id))
    return True
