"""Digests: planned once a period by the clock of each reader's zone, written when they are sent."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, exists, select, update

from community.core import clock, mail
from community.core.db import db, forget_changes, insert_ignoring_conflicts, transaction
from community.core.jobs import enqueue, enqueue_each, external
from community.core.settings import current_settings
from community.identity.models import User
from community.notifications.digest_letters import write_digest
from community.notifications.hours import length_of, period_at, period_due, zone_of
from community.notifications.models import Digest
from community.notifications.queries.digests import get_content, told_since
from community.notifications.queries.readers import get_reader, is_reachable, quiet_until

PLANNED_AT_ONCE = 2_000
LATEST = timedelta(days=1)
KEPT = timedelta(days=60)


def plan_digests() -> None:
    """Store the digests that are due in each time zone now, and jobs that send them (periodic)."""
    db.session.execute(delete(Digest).where(Digest.planned_at < clock.now() - KEPT))
    wishes = db.session.execute(
        select(User.digest, User.time_zone).where(User.digest.in_(("daily", "weekly"))).distinct()
    ).all()
    for frequency, zone_name in wishes:
        zone = zone_of(zone_name, current_settings().default_time_zone)
        period = period_due(frequency, zone, clock.now())
        if period is not None:
            _plan(_readers_without(frequency, zone_name, period), period)


def _readers_without(frequency: str, zone_name: str | None, period: str) -> list[int]:
    planned = exists().where(Digest.user_id == User.id, Digest.period == period)
    readers = select(User.id).where(
        User.digest == frequency, User.time_zone.is_not_distinct_from(zone_name), is_reachable()
    )
    return list(
        db.session.scalars(readers.where(~planned).order_by(User.id).limit(PLANNED_AT_ONCE))
    )


def _plan(user_ids: Iterable[int], period: str) -> None:
    now = clock.now()
    rows = [{"user_id": each, "period": period, "planned_at": now} for each in user_ids]
    if not rows:
        return
    # Of two workers one inserts the row; only that one stores the job.
    stored = db.session.scalars(insert_ignoring_conflicts(Digest).returning(Digest.id), rows)
    enqueue_each(send_digest, [{"digest_id": digest_id} for digest_id in stored])


def begin_digests(user: User, frequency: str) -> None:
    """Count the present period as told, so that choosing a digest does not send one at once."""
    if frequency == "off":
        return
    zone = zone_of(user.time_zone, current_settings().default_time_zone)
    period = period_at(frequency, clock.now().astimezone(zone).date())
    db.session.execute(
        insert_ignoring_conflicts(Digest).values(
            user_id=user.id, period=period, planned_at=clock.now()
        )
    )


@external
def send_digest(digest_id: int) -> None:
    """Mail a digest, unless there is nothing to say or it is not wanted any more (task).

    Should the worker die between sending and noting so, it is sent once more with the same
    Message-ID.
    """
    digest = db.session.get(Digest, digest_id)
    reader = None if digest is None else get_reader(digest.user_id)
    if digest is None or reader is None or not _is_still_wanted(digest, reader):
        return
    until = quiet_until(reader)
    if until is not None:
        forget_changes()
        with transaction():
            enqueue(send_digest, due_at=until, digest_id=digest_id)
        return
    letter = _compose(digest, reader)
    # No transaction stays open while the mail server takes its time.
    forget_changes()
    if letter is not None:
        mail.send(letter)
        with transaction():
            sent = update(Digest).where(Digest.id == digest_id).values(sent_at=clock.now())
            db.session.execute(sent)


def _is_still_wanted(digest: Digest, reader: User) -> bool:
    wish = "weekly" if "W" in digest.period else "daily"
    in_time = clock.now() - digest.planned_at < LATEST
    return digest.sent_at is None and reader.digest == wish and in_time


def _compose(digest: Digest, reader: User) -> mail.Message | None:
    length = length_of(digest.period)
    told = told_since(reader.id, digest.id) or digest.planned_at - length
    language = reader.language or current_settings().default_language
    content = get_content(reader, language, max(told, digest.planned_at - 2 * length))
    return write_digest(reader, digest, content) if content.is_worth_a_mail else None
