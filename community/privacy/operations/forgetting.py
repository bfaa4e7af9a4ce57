"""Forgetting what is older than its time, a batch a transaction."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, update

from community.core import clock
from community.core.db import Base, db, transaction
from community.core.jobs import EventRecord, Job, task_name
from community.core.mail import deliver_mail
from community.identity.models import UserSession
from community.identity.policies import IDLE
from community.notifications.models import Notification
from community.notifications.operations.unread import recount_unread
from community.privacy.operations.leftovers import mail_files
from moderation.cases.operations import prune_cases
from moderation.flags.operations.pruning import prune_flags
from reputation.fairness.pruning import prune_findings

BATCH = 500
FORGOTTEN = "MailForgotten"


def in_transaction(act: Callable[[], None]) -> None:
    """Run something that expects the worker's transaction in one of its own."""
    with transaction():
        act()


def forget_sessions(age: timedelta) -> None:
    """Forget sessions that have ended by themselves."""
    table, now = _table("user_sessions"), clock.now()
    _delete(table, or_(UserSession.created_at < now - age, UserSession.last_seen_at < now - IDLE))


def forget_cases(age: timedelta) -> None:
    """Forget closed cases and decided findings, with whom they were about, and decided flags."""
    with transaction():
        prune_cases(age)
        prune_flags(age)
        prune_findings(age)


def forget_links(age: timedelta) -> None:
    """Forget one-time links that no longer work."""
    table = _table("one_time_tokens")
    _delete(table, table.c.expires_at < clock.now() - age)


def forget_notifications(age: timedelta) -> None:
    """Forget old notifications, read or not, and digests."""
    limit = clock.now() - age
    digests = _table("digests")
    _delete(digests, digests.c.planned_at < limit)
    old = select(Notification.id, Notification.user_id).where(Notification.created_at < limit)
    while True:
        with transaction():
            rows = db.session.execute(old.limit(BATCH)).all()
            ids = [row.id for row in rows]
            db.session.execute(delete(Notification).where(Notification.id.in_(ids)))
            recount_unread(sorted({row.user_id for row in rows}))
        if len(rows) < BATCH:
            return


def forget_read_notifications(age: timedelta) -> None:
    """Forget notifications that were read some time ago."""
    table = _table("notifications")
    _delete(table, table.c.read_at < clock.now() - age)


def forget_searches(age: timedelta) -> None:
    """Forget who typed what; that a suggestion helped stays."""
    table = _table("deflections")
    named = or_(table.c.user_id.is_not(None), table.c.typed != "")
    old = and_(table.c.created_at < clock.now() - age, named)
    some = select(table.c.id).where(old).limit(BATCH)
    while True:
        with transaction():
            blanked = update(table).where(table.c.id.in_(some)).values(user_id=None, typed="")
            if not db.session.execute(blanked).rowcount:  # type: ignore[attr-defined]
                return


def forget_events(age: timedelta) -> None:
    """Forget events that nothing refers to any more."""
    table = _table("events")
    free = and_(
        ~exists().where(Job.event_id == table.c.id),
        ~exists().where(Notification.event_id == table.c.id),
    )
    _delete(table, and_(EventRecord.created_at < clock.now() - age, free))


def forget_mails(age: timedelta) -> None:
    """Empty mails that have waited or failed for so long: a link in them must not lie about.

    A mail whose time has not come (a notice that waits for its turn) is as young as can be. The job
    stays, parked and empty, so that staff sees that mails are not sent.
    """
    now = clock.now()
    stale = and_(
        Job.task == task_name(deliver_mail),
        Job.created_at < now - age,
        or_(Job.attempts > 0, Job.due_at.is_(None), Job.due_at < now - age),
        or_(Job.last_error.is_(None), Job.last_error != FORGOTTEN),
        # A mail that is being sent at this moment has a lease; it is found again next time.
        Job.lease_token.is_(None),
    )
    emptied = {
        "arguments": {},
        "last_error": FORGOTTEN,
        "parked_at": func.coalesce(Job.parked_at, now),
        "due_at": None,
    }
    with transaction():
        db.session.execute(
            update(Job).where(stale).values(emptied).execution_options(synchronize_session=False)
        )


def forget_parked_jobs(age: timedelta) -> None:
    """Forget jobs that were given up."""
    table = _table("jobs")
    _delete(table, table.c.parked_at < clock.now() - age)


def forget_mail_files(age: timedelta) -> None:
    """Delete old mails that were written to files."""
    limit = (clock.now() - age).timestamp()
    for path in mail_files():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def forget_former_addresses(age: timedelta) -> None:
    """Forget addresses given up; names are kept, as others may still mention them."""
    table = _table("former_identifiers")
    _delete(table, and_(table.c.kind != "name", table.c.given_up_at < clock.now() - age))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _delete(table: Table, old: ColumnElement[bool]) -> None:
    key = next(iter(table.primary_key.columns))
    some = select(key).where(old).limit(BATCH)
    while True:
        with transaction():
            gone = db.session.execute(delete(table).where(key.in_(some)))
        if not gone.rowcount:  # type: ignore[attr-defined]
            return
