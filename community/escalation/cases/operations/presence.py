"""Noting who has a case open and who types into it, so that two agents do not answer at once."""

from datetime import datetime, timedelta

from sqlalchemy import Delete, delete, select, update

from community.core import clock
from community.core.db import db, joined_transaction, replace_where
from community.escalation.cases.models import CasePresence
from community.escalation.cases.queries.presence import SHOWN_FOR

# Pages say so far more often than anybody has to know.
WRITTEN_EVERY = timedelta(seconds=10)


def note_presence(user_id: int, case_id: int, *, is_typing: bool) -> None:
    """Note that somebody has a case open, or types; at most once in ``WRITTEN_EVERY`` for each.

    Whoever calls has made sure that they see the case. Writes in a short transaction of its own,
    and only where there is something to write.
    """
    now = clock.now()
    if not _is_news(user_id, case_id, is_typing, now - WRITTEN_EVERY):
        return
    values = {"case_id": case_id, "user_id": user_id, "seen_at": now}
    if is_typing:
        values["typing_at"] = now
    with joined_transaction():
        db.session.execute(_forget_before(now - SHOWN_FOR).where(CasePresence.case_id == case_id))
        replace_where(CasePresence, values, CasePresence.seen_at <= now)


def stop_typing(user_id: int, case_id: int) -> None:
    """Note that what somebody typed was sent."""
    mine = CasePresence.case_id == case_id, CasePresence.user_id == user_id
    db.session.execute(
        update(CasePresence)
        .where(*mine)
        .values(typing_at=None)
        .execution_options(synchronize_session=False)
    )


def forget_presence(age: timedelta) -> None:
    """Forget who had cases open so long ago."""
    db.session.execute(_forget_before(clock.now() - age))


def _is_news(user_id: int, case_id: int, is_typing: bool, since: datetime) -> bool:
    column = CasePresence.typing_at if is_typing else CasePresence.seen_at
    mine = CasePresence.case_id == case_id, CasePresence.user_id == user_id
    noted = db.session.scalar(select(column).where(*mine))
    return noted is None or noted <= since


def _forget_before(limit: datetime) -> Delete:
    return (
        delete(CasePresence)
        .where(CasePresence.seen_at < limit)
        .execution_options(synchronize_session=False)
    )
