"""Marking notifications as read."""

from sqlalchemy import ColumnElement, update

from community.core import clock
from community.core.authz import is_signed_in, require
from community.core.db import db
from community.identity.models import User
from community.notifications.models import Notification
from community.notifications.operations.unread import recount_unread


def mark_read(actor: User, notification_id: int) -> None:
    """Mark one of the actor's own notifications as read; others' are left alone."""
    _mark(actor, Notification.id == notification_id)


def mark_all_read(actor: User, *, newest_id: int) -> None:
    """Mark all of the actor's notifications up to the newest one they have seen as read."""
    _mark(actor, Notification.id <= newest_id)


def _mark(actor: User, which: ColumnElement[bool]) -> None:
    require(is_signed_in(actor))
    db.session.execute(
        update(Notification)
        .where(Notification.user_id == actor.id, Notification.read_at.is_(None), which)
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    recount_unread([actor.id])
