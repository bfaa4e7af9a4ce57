"""Badges and levels of trust that come together: one line beside the bell tells of all of them.

A first accepted answer brings two badges and a level at once, which are one piece of good news.
"""

from dataclasses import dataclass

from sqlalchemy import select

from community.core import clock
from community.core.db import db, lock_row
from community.identity.models import User
from community.notifications.models import NOTE_MAX_CHARS, Notification
from community.notifications.operations.telling import tell_personally
from community.notifications.progress import Progress
from community.notifications.queries.receivers import get_personal_receiver

GATHERED = ("badge", "trust")


@dataclass(frozen=True)
class News:
    """A badge or a level: how it is told of by itself, and what it adds to a line of several."""

    kind: str
    page: str
    note: str
    added: Progress


def tell_of_progress(user_id: int, news: News, *, event_id: int) -> None:
    """Tell a member of a badge or a level; what they have not read yet is told of in one line.

    Who wants mails of it gets each by itself. A second call for the same event changes nothing.
    """
    db.session.execute(lock_row(select(User.id).where(User.id == user_id)))
    receiver = get_personal_receiver(user_id, news.kind, event_id=event_id)
    if receiver is None or _is_told(user_id, news.added, event_id):
        return
    line = None if receiver.mail else _unread_line(user_id)
    if line is None or not _add(line, news.added, event_id):
        tell_personally(user_id, news.kind, page=news.page, event_id=event_id, note=news.note)


def _add(line: Notification, added: Progress, event_id: int) -> bool:
    """Bring a line up to date; says whether there was room."""
    progress = Progress.of(line.kind, line.note).with_more(added)
    if len(progress.note) > NOTE_MAX_CHARS:
        return False
    line.kind, line.note = "badge", progress.note
    line.page = f"/users/{line.user_id}/badges"
    line.event_id, line.created_at = max(event_id, line.event_id or 0), clock.now()
    db.session.flush()
    return True


def _is_told(user_id: int, added: Progress, event_id: int) -> bool:
    """Say whether a line, read or not, tells of an event that others were added to since."""
    later = select(Notification.kind, Notification.note).where(
        Notification.user_id == user_id,
        Notification.kind.in_(GATHERED),
        Notification.event_id >= event_id,
    )
    return any(Progress.of(kind, note).tells_of(added) for kind, note in db.session.execute(later))


def _unread_line(user_id: int) -> Notification | None:
    """Return the newest line that can be added to: unread, not mailed, and not of a loss."""
    newest = db.session.scalar(
        select(Notification)
        .where(
            Notification.user_id == user_id,
            Notification.kind.in_(GATHERED),
            Notification.read_at.is_(None),
            Notification.mailed_at.is_(None),
        )
        .order_by(Notification.event_id.desc())
        .limit(1)
    )
    is_good = newest is not None and bool(Progress.of(newest.kind, newest.note))
    return newest if is_good else None
