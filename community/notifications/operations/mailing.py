"""Mailing a notification: everything is asked again at the moment of sending."""

from sqlalchemy import select, update

from community.core import clock, mail
from community.core.db import db, forget_changes, transaction
from community.core.jobs import external
from community.identity.models import User
from community.identity.queries import VIEWER_RIGHTS
from community.notifications.kinds import MAIL_BY_DEFAULT
from community.notifications.letters import write_letter
from community.notifications.models import Notification, NotificationSetting
from community.notifications.queries.entries import get_entry
from community.notifications.queries.receivers import get_occasion, is_still_wanted
from community.notifications.queries.words import get_words


@external
def send_notification_mail(notification_id: int) -> None:
    """Mail a notification unless it was read, mailed, unwanted or hidden meanwhile (task).

    Should the worker die between sending and noting so, it is sent once more with the same
    Message-ID.
    """
    letter = _compose(notification_id)
    # No transaction stays open while the mail server takes its time.
    forget_changes()
    if letter is None:
        return
    mail.send(letter)
    with transaction():
        db.session.execute(
            update(Notification)
            .where(Notification.id == notification_id)
            .values(mailed_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def _compose(notification_id: int) -> mail.Message | None:
    notification = _waiting_notification(notification_id)
    if notification is None:
        return None
    reader = _reachable_reader(notification)
    if reader is None or not _wants_mail(notification):
        return None
    entry = get_entry(reader, notification_id)
    occasion = get_occasion(notification.post_id)
    if entry is None or occasion is None:
        return None
    if not is_still_wanted(notification.kind, occasion, reader.id):
        return None
    return write_letter(reader, entry, get_words(entry))


def _waiting_notification(notification_id: int) -> Notification | None:
    return db.session.scalar(
        select(Notification).where(
            Notification.id == notification_id,
            Notification.read_at.is_(None),
            Notification.mailed_at.is_(None),
        )
    )


def _reachable_reader(notification: Notification) -> User | None:
    return (
        db.session.scalars(
            select(User)
            .options(*VIEWER_RIGHTS)
            .where(
                User.id == notification.user_id,
                User.active.is_(True),
                User.email.is_not(None),
                User.confirmed_at.is_not(None),
            )
        )
        .unique()
        .one_or_none()
    )


def _wants_mail(notification: Notification) -> bool:
    chosen = db.session.scalar(
        select(NotificationSetting.mail).where(
            NotificationSetting.user_id == notification.user_id,
            NotificationSetting.kind == notification.kind,
        )
    )
    return MAIL_BY_DEFAULT[notification.kind] if chosen is None else chosen
