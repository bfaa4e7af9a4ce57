"""What was written and done on the other side, taken over into the case: each thing once."""

from flask_babel import gettext as _

from community.core import markup
from community.core.authz import SYSTEM
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotAllowed
from community.core.i18n import speaking
from community.escalation.cases.errors import NobodyToTell
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import messages, states
from community.escalation.cases.policies import can_change_case
from community.escalation.connectors.models import COMMENT_DECLINED, STATE_DECLINED
from community.escalation.connectors.operations.links import (
    decline,
    note_received,
    note_remote_state,
    note_sent,
)
from community.escalation.connectors.protocol import ON_HOLD, OPEN, PENDING, SOLVED, Comment, Ticket
from community.escalation.connectors.queries import LinkFacts
from community.escalation.teams.queries import team_ids_of
from community.identity.models import User
from community.identity.queries import get_user_by_email

OUTCOME, CONTACT_REASON = "answered", "other"


def take_ticket(link: LinkFacts, ticket: Ticket) -> None:
    """Take over what is new in a ticket: what was said, then its state."""
    for comment in ticket.comments:
        if not comment.is_ours:
            _take_comment(link, comment)
    if ticket.state and ticket.state != link.remote_state:
        _take_state(link, ticket.state)


def _take_comment(link: LinkFacts, comment: Comment) -> None:
    """Write what somebody said there to whom it is for; the same comment again changes nothing.

    In public only if they are an agent of the case's team here as well, by the address of their
    account. Anybody else's words go to the customer alone.
    """
    text = comment.text.strip()[: markup.MAX_CHARS]
    if not text or not note_received(link.id, comment.external_id):
        return
    agent = _agent_of(link.case_id, comment.author_email)
    written = (agent and _write_publicly(agent, link.case_id, text)) or _write_privately(
        agent, link.case_id, text
    )
    if written is None:
        decline(link.id, COMMENT_DECLINED)
    else:
        # It came from there: it need not go back.
        note_sent(link.id, written.id, None)


def _agent_of(case_id: int, email: str) -> User | None:
    user = get_user_by_email(email.strip().lower()) if email else None
    if user is None or user.confirmed_at is None or user.is_disabled:
        return None
    case = db.session.get_one(SupportCase, case_id)
    return user if can_change_case(user, case, team_ids_of(user)) else None


def _write_publicly(agent: User, case_id: int, text: str) -> CaseMessage | None:
    """Answer in public; None where that is not possible."""
    try:
        with db.session.begin_nested():
            return messages.reply_publicly(agent, case_id, text)
    except (Invalid, Conflict, NotAllowed):
        return None


def _write_privately(agent: User | None, case_id: int, text: str) -> CaseMessage | None:
    """Write to the customer alone; None for a closed case, and where nobody would get it."""
    try:
        with db.session.begin_nested():
            if agent is not None:
                return messages.message_privately(agent, case_id, text)
            return messages.message_for_team(case_id, text)
    except (NobodyToTell, Conflict, Invalid):
        return None


def _take_state(link: LinkFacts, state: str) -> None:
    """Bring the case into the state that its ticket came to; where it cannot be, say so."""
    note_remote_state(link.id, state)
    try:
        with db.session.begin_nested():
            _move(link.case_id, state)
    except (Conflict, Invalid):
        decline(link.id, STATE_DECLINED)


def _move(case_id: int, state: str) -> None:
    if state == OPEN:
        states.reopen(SYSTEM, case_id)
    elif state == PENDING:
        states.wait_for_customer(SYSTEM, case_id)
    elif state == ON_HOLD:
        case = db.session.get_one(SupportCase, case_id)
        with speaking(case.language):
            reason = _("the helpdesk")
        states.hold(SYSTEM, case_id, reason)
    elif state == SOLVED:
        states.solve(SYSTEM, case_id, outcome=OUTCOME, contact_reason=CONTACT_REASON)
