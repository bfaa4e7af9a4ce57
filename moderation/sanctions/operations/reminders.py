"""Telling a suspended member again what was decided, when they knock at the door."""

from community.core.db import db
from community.identity.models import User
from moderation.sanctions.letters import send_statement_letter
from moderation.sanctions.models import Statement
from moderation.sanctions.queries.sanctions import get_shutting_out


def remind_suspended(user_id: int) -> None:
    """Send the statement that keeps a member out once more; without one nothing happens."""
    sanction = get_shutting_out(user_id)
    if sanction is not None:
        user = db.session.get_one(User, user_id)
        send_statement_letter(user, db.session.get_one(Statement, sanction.statement_id))
