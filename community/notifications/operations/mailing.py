"""Mailing notifications: everything is asked again at the moment of sending.

In a reader's quiet hours a mail is held, and all that were go out as one when the hours end.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Update, select, update

from community.core import clock, mail
from community.core.db import db, forget_changes, transaction
from community.core.jobs import enqueue, external
from community.identity.models import User
from community.notifications.kinds import MAIL_BY_DEFAULT
from community.notifications.letters import write_collection, write_letter
from community.notifications.models import Notification, NotificationSetting
from community.notifications.queries.entries import Entry, get_entry
from community.notifications.queries.readers import get_reader, quiet_until
from community.notifications.queries.receivers import get_occasion, is_still_wanted
from community.notifications.queries.replies import find_reply_place
from community.notifications.queries.words import get_words, offers_answer

HELD_MAX = 50


@external
def send_notification_mail(notification_id: int) -> None:
    """Mail a notification unless it was read, mailed, unwanted or hidden meanwhile (task).

    Should the worker die between sending and noting so, it is sent once more with the same
    Message-ID.
    """
    notification = _waiting_notification(notification_id)
    reader = None if notification is None else get_reader(notification.user_id)
    if notification is None or reader is None:
        return
    until = quiet_until(reader)
    if until is not None:
        _hold(reader.id, until, Notification.id == notification_id)
        return
    entry = _wanted_entry(reader, notification)
    if entry is not None:
        _send(_letter(reader, entry), [notification_id])


@external
def send_held_mails(user_id: int) -> None:
    """Mail what quiet hours held back, as one mail (task)."""
    reader = get_reader(user_id)
    if reader is None:
        return
    until = quiet_until(reader)
    if until is not None:
        # The hours were changed meanwhile, or the clock went back.
        _hold(user_id, until)
        return
    held = _held_notifications(user_id)
    found = [(each, _wanted_entry(reader, each)) for each in held]
    entries = [entry for _, entry in found if entry is not None]
    if len(entries) == 1:
        _send(_letter(reader, entries[0]), [entries[0].id])
    elif entries:
        _send(write_collection(reader, entries), [entry.id for entry in entries])
    _release(user_id)


def _letter(reader: User, entry: Entry) -> mail.Message:
    offers = offers_answer(entry, reader.id)
    place = find_reply_place(reader, entry)
    return write_letter(reader, entry, get_words(entry), offers=offers, place=place)


def _hold(user_id: int, until: datetime, *which: ColumnElement[bool]) -> None:
    forget_changes()
    with transaction():
        if which:
            values = {"held_at": clock.now()}
            db.session.execute(_update_notifications(*which).values(**values))
        enqueue(send_held_mails, due_at=until, unique_key=f"held-mails:{user_id}", user_id=user_id)


def _release(user_id: int) -> None:
    # What was not worth a mail by now is not asked about again.
    forget_changes()
    with transaction():
        held = Notification.user_id == user_id, Notification.held_at.is_not(None)
        db.session.execute(_update_notifications(*held).values(held_at=None))


def _send(letter: mail.Message, notification_ids: Sequence[int]) -> None:
    # No transaction stays open while the mail server takes its time.
    forget_changes()
    mail.send(letter)
    with transaction():
        sent = _update_notifications(Notification.id.in_(notification_ids))
        db.session.execute(sent.values(mailed_at=clock.now()))


def _update_notifications(*which: ColumnElement[bool]) -> Update:
    return update(Notification).where(*which).execution_options(synchronize_session=False)


def _wanted_entry(reader: User, notification: Notification) -> Entry | None:
    if not _wants_mail(notification):
        return None
    entry = get_entry(reader, notification.id)
    if notification.post_id is None:
        return entry
    occasion = get_occasion(notification.post_id)
    if entry is None or occasion is None:
        return None
    return entry if is_still_wanted(notification.kind, occasion, reader.id) else None


def _waiting_notification(notification_id: int) -> Notification | None:
    return db.session.scalar(
        select(Notification).where(Notification.id == notification_id, *_due())
    )


def _held_notifications(user_id: int) -> Sequence[Notification]:
    held = select(Notification).where(
        Notification.user_id == user_id, Notification.held_at.is_not(None), *_due()
    )
    return db.session.scalars(held.order_by(Notification.id.desc()).limit(HELD_MAX)).all()[::-1]


def _due() -> tuple[ColumnElement[bool], ...]:
    return Notification.read_at.is_(None), Notification.mailed_at.is_(None)


def _wants_mail(notification: Notification) -> bool:
    chosen = db.session.scalar(
        select(NotificationSetting.mail).where(
            NotificationSetting.user_id == notification.user_id,
            NotificationSetting.kind == notification.kind,
        )
    )
    return MAIL_BY_DEFAULT[notification.kind] if chosen is None else chosen
