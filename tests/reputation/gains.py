"""Entries of the ledger written straight away, at any time and of any amount."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import EventRecord, Job, registry
from community.identity.models import User
from community.posts.models import Post
from reputation.ledger.gains import day_of
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.operations import lock_accounts
from tests.reputation.ledger.booking import deliver_waiting

_numbers = itertools.count(1)


def book_gain(
    user: User,
    amount: int,
    post: Post | None = None,
    *,
    at: datetime | None = None,
    cause: str = "kudos_answer",
    **values: object,
) -> int:
    """Add an entry and carry it over to the account; returns its id. Kudos count the giver out."""
    at = at or clock.now()
    row = {
        "currency": "reputation",
        "user_id": user.id,
        "cause": cause,
        "amount": amount,
        "rule_version": 1,
        "post_id": post.id if post else None,
        "occurred_at": at,
        "earned_on": day_of(at),
        "key": f"test {next(_numbers)}",
        "created_at": at,
        **values,
    }
    with transaction():
        lock_accounts([user.id])
        entry_id = db.session.scalar(insert(LedgerEntry).values(row).returning(LedgerEntry.id))
        kept = (
            LedgerAccount.reputation if row["currency"] == "reputation" else LedgerAccount.payback
        )
        db.session.execute(
            update(LedgerAccount)
            .where(LedgerAccount.user_id == user.id)
            .values({kept.key: kept + amount})
            .execution_options(synchronize_session=False)
        )
    return int(entry_id or 0)


def take_gain_back(entry_id: int, *, at: datetime | None = None) -> None:
    """Reverse an entry."""
    with transaction():
        entry = db.session.get_one(LedgerEntry, entry_id)
    copied = ("currency", "rule_version", "post_id", "occurred_at", "earned_on", "giver_id")
    values = {name: getattr(entry, name) for name in copied}
    book_gain(
        User(id=entry.user_id),
        -entry.amount,
        at=at,
        cause=entry.cause,
        **values,
        reverses_id=entry_id,
        created_at=at or clock.now() + timedelta(seconds=1),
    )


def deliver_everything() -> None:
    """Let the ledger hear of all events, and all of reputation of what follows from them."""
    deliver_waiting()
    while jobs := _take_jobs():
        for job in jobs:
            with transaction():
                _run(job)


def _take_jobs() -> Sequence[Job]:
    """Take away all jobs, and return those of reputation, due or not."""
    with transaction():
        query = select(Job).where(Job.task.like("reputation.%")).order_by(Job.id)
        jobs = db.session.scalars(query).all()
        db.session.execute(delete(Job).execution_options(synchronize_session=False))
    return jobs


def _run(job: Job) -> None:
    if job.event_id is None:
        registry.find(job.task)(**job.arguments)
        return
    record = db.session.get_one(EventRecord, job.event_id)
    event = registry.event_classes[record.name](**record.payload)
    registry.find(job.task)(event, event_id=job.event_id)
