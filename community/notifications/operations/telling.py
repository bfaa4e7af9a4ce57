"""Storing notifications for everybody an event concerns, and for kudos one line a post."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts
from community.core.jobs import enqueue, enqueue_each
from community.notifications.models import NOTE_MAX_CHARS, Notification
from community.notifications.operations.mailing import send_notification_mail
from community.notifications.operations.unread import add_unread, recount_unread
from community.notifications.queries.receivers import (
    Members,
    Occasion,
    Receiver,
    get_occasion,
    get_personal_receiver,
    list_everybody,
    list_receivers,
    this_member,
)
from community.posts.models import Vote

BATCH = 1_000


def tell(
    reasons: Mapping[str, Members],
    occasion: Occasion,
    *,
    event_id: int,
    actor_id: int | None,
    note: str = "",
) -> None:
    """Store one notification per member concerned, and the jobs that mail them.

    The number of statements grows by a few per thousand receivers. A second call for the same
    event changes nothing.
    """
    receivers = list_receivers(reasons, occasion, event_id=event_id, actor_id=actor_id)
    about = {"post_id": occasion.post_id, "question_id": occasion.question_id, "page": ""}
    for batch in _batches(receivers):
        _deliver(batch, about, event_id=event_id, actor_id=actor_id, note=note)


def tell_personally(
    user_id: int,
    kind: str,
    *,
    page: str,
    event_id: int,
    actor_id: int | None = None,
    note: str = "",
) -> None:
    """Tell one member of something about themselves (one of ``PERSONAL_KINDS``).

    ``page`` is the address below the site's root that shows it; ``note`` goes into the words. A
    second call for the same event changes nothing.
    """
    receiver = get_personal_receiver(user_id, kind, event_id=event_id)
    if receiver is None:
        return
    about = {"post_id": None, "question_id": None, "page": page}
    _deliver([receiver], about, event_id=event_id, actor_id=actor_id, note=note)


def tell_everybody(kind: str, *, page: str, event_id: int, note: str, after_id: int = 0) -> None:
    """Tell all members of something that concerns them all (task), some hundreds at a time.

    A second call for the same event tells only those who joined in between.
    """
    receivers = list_everybody(kind, event_id=event_id, after_id=after_id, limit=BATCH)
    if not receivers:
        return
    about = {"post_id": None, "question_id": None, "page": page}
    wanted = [each for each in receivers if each.bell or each.mail]
    if wanted:
        _deliver(wanted, about, event_id=event_id, actor_id=None, note=note)
    enqueue(
        tell_everybody,
        kind=kind,
        page=page,
        event_id=event_id,
        note=note,
        after_id=receivers[-1].user_id,
    )


def _deliver(
    receivers: Sequence[Receiver],
    about: Mapping[str, object],
    *,
    event_id: int,
    actor_id: int | None,
    note: str,
) -> None:
    ids = _store(receivers, about, event_id=event_id, actor_id=actor_id, note=note)
    new = [each for each in receivers if each.user_id in ids]
    add_unread([each.user_id for each in new if each.bell])
    mailed = [{"notification_id": ids[each.user_id]} for each in new if each.mail]
    enqueue_each(send_notification_mail, mailed)


def _store(
    receivers: Sequence[Receiver],
    about: Mapping[str, object],
    *,
    event_id: int,
    actor_id: int | None,
    note: str,
) -> dict[int, int]:
    """Insert rows; return the new ones' ids by member."""
    shared = {
        **about,
        "event_id": event_id,
        "actor_id": actor_id,
        "note": note[:NOTE_MAX_CHARS],
        "created_at": clock.now(),
    }
    stored = db.session.execute(
        insert_ignoring_conflicts(Notification).returning(Notification.user_id, Notification.id),
        [{"user_id": each.user_id, "kind": each.kind, **shared} for each in receivers],
    )
    return {row.user_id: row.id for row in stored}


def _batches(receivers: Iterable[Receiver]) -> Iterator[list[Receiver]]:
    rest = iter(receivers)
    while batch := list(islice(rest, BATCH)):
        yield batch


def tell_of_kudos(post_id: int, author_id: int, *, event_id: int) -> None:
    """Tell an author of thanks: a new line, or the unread line of the same post brought up to date.

    Who is named, and how many others, is read from the kudos given, so the order in which events
    arrive does not matter.
    """
    occasion = get_occasion(post_id)
    line = _newest_kudos_line(post_id, author_id)
    giver_id = _newest_giver(post_id, author_id)
    if occasion is None or giver_id is None or (line and (line.event_id or 0) >= event_id):
        return
    if line is None or line.read_at is not None:
        tell({"kudos": this_member(author_id)}, occasion, event_id=event_id, actor_id=giver_id)
        return
    line.actor_id, line.event_id, line.created_at = giver_id, event_id, clock.now()
    db.session.flush()


def withdraw_kudos(post_id: int, author_id: int) -> None:
    """Bring the unread line in line with kudos taken back; without any left it goes."""
    line = _newest_kudos_line(post_id, author_id)
    if line is None or line.read_at is not None:
        return
    giver_id = _newest_giver(post_id, author_id)
    if giver_id is None:
        db.session.execute(delete(Notification).where(Notification.id == line.id))
        recount_unread([author_id])
    else:
        db.session.execute(
            update(Notification).where(Notification.id == line.id).values(actor_id=giver_id)
        )


def _newest_kudos_line(post_id: int, author_id: int) -> Notification | None:
    return db.session.scalar(
        select(Notification)
        .where(
            Notification.user_id == author_id,
            Notification.post_id == post_id,
            Notification.kind == "kudos",
        )
        .order_by(Notification.event_id.desc())
        .limit(1)
    )


def _newest_giver(post_id: int, author_id: int) -> int | None:
    return db.session.scalar(
        select(Vote.user_id)
        .where(Vote.post_id == post_id, Vote.value == 1, Vote.user_id != author_id)
        .order_by(Vote.created_at.desc(), Vote.id.desc())
        .limit(1)
    )
