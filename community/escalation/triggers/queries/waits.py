"""Reads of how long questions wait."""

from datetime import datetime

from sqlalchemy import select

from community.core.db import db
from community.core.settings import site_zone
from community.escalation.triggers.models import ANY_HOUR, AnswerWait


def find_wait(board_id: int, asked_at: datetime) -> AnswerWait | None:
    """Return what questions of a board wait that are asked at this hour, else at any hour.

    None where too few were asked to say.
    """
    hours = (asked_at.astimezone(site_zone()).hour, ANY_HOUR)
    found = select(AnswerWait).where(AnswerWait.board_id == board_id, AnswerWait.hour.in_(hours))
    # The hour itself before all of them together, which is -1.
    return db.session.scalar(found.order_by(AnswerWait.hour.desc()).limit(1))
