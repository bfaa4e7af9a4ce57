"""The worker: claims jobs, runs each in its own transaction, retries, parks what keeps failing."""

import signal
import sqlite3
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from community.core import clock
from community.core.db import count_changed, db, insert_ignoring_conflicts, transaction
from community.core.jobs import (
    MAX_ATTEMPTS,
    EventRecord,
    Job,
    PeriodicSlot,
    Task,
    claim_job,
    enqueue,
    is_external,
    lease_time,
    registry,
    renew_lease,
    retry_delay,
    task_name,
)

log = structlog.get_logger()

IDLE_SECONDS = 0.5
SLOTS_KEPT = timedelta(days=3)
# By more than this the clocks of two hosts never differ; a clock further behind was put back.
CLOCKS_APART = timedelta(seconds=30)


class WorkerDied(RuntimeError):
    """Every attempt at this job ended with its worker: none came back to say what went wrong."""


class LeaseLost(RuntimeError):
    """Another worker took the job over while this one ran it; its work is rolled back."""


@dataclass(frozen=True)
class Periodic:
    """A task that runs every so often; the slot's start is part of its key, so once per slot."""

    task: Task
    every: timedelta

    def slot_key(self, now: datetime) -> str:
        """Return the key of the slot that ``now`` falls into."""
        slot = int(now.timestamp() // self.every.total_seconds())
        return f"{task_name(self.task)}:{slot}"


def run_one_job() -> bool:
    """Claim and run one job; False when nothing is due."""
    with transaction():
        job = claim_job(clock.now())
        claim = None if job is None else _Claim.of(job)
    if claim is None:
        return False
    started = time.perf_counter()
    try:
        if claim.attempts > MAX_ATTEMPTS:
            raise WorkerDied(claim.task)
        with _Heartbeat(claim):
            _perform(claim)
    except Exception as error:
        _record_failure(claim, error)
        return True
    log.info("job_done", task=claim.task, job_id=claim.id, ms=_elapsed_ms(started))
    return True


def run_due_jobs(limit: int = 10_000) -> int:
    """Run jobs until none is due (or ``limit``); returns how many. For tests and the CLI."""
    done = 0
    while done < limit and run_one_job():
        done += 1
    return done


@dataclass(frozen=True)
class _Claim:
    id: int
    task: str
    arguments: dict[str, Any]
    event_id: int | None
    lease_token: str
    attempts: int

    @classmethod
    def of(cls, job: Job) -> "_Claim":
        assert job.lease_token is not None
        return cls(job.id, job.task, job.arguments, job.event_id, job.lease_token, job.attempts)


def _perform(claim: _Claim) -> None:
    """Run the task and end the job: in one transaction, or, for an external task, after it."""
    task = registry.find(claim.task)
    if is_external(task):
        _call(task, claim)
        db.session.rollback()
        with transaction():
            _finish(claim)
    else:
        with transaction():
            _call(task, claim)
            _finish(claim)


def _call(task: Task, claim: _Claim) -> None:
    if claim.event_id is None:
        task(**claim.arguments)
    else:
        record = db.session.get_one(EventRecord, claim.event_id)
        event_class = registry.event_classes[record.name]
        task(event_class(**record.payload), event_id=record.id)


def _finish(claim: _Claim) -> None:
    finished = db.session.execute(
        delete(Job).where(Job.id == claim.id, Job.lease_token == claim.lease_token)
    )
    if not finished.rowcount:  # type: ignore[attr-defined]
        raise LeaseLost(claim.task)


def _record_failure(claim: _Claim, error: Exception) -> None:
    parked = claim.attempts >= MAX_ATTEMPTS
    now = clock.now()
    with transaction():
        db.session.execute(
            update(Job)
            .where(Job.id == claim.id, Job.lease_token == claim.lease_token)
            .values(
                last_error="".join(traceback.format_exception_only(error))[:2000],
                parked_at=now if parked else None,
                due_at=None if parked else now + retry_delay(claim.attempts),
                lease_token=None,
            )
        )
    # Only the kind of error is logged: its text may quote what somebody wrote.
    log.warning(
        "job_parked" if parked else "job_failed",
        task=claim.task,
        job_id=claim.id,
        attempts=claim.attempts,
        error=type(error).__name__,
    )


class _Heartbeat:
    """Renews the lease of a long job from a second thread with its own connection.

    On SQLite a job inside a transaction holds the one write lock, so nobody can take it over and a
    renewal would only wait; there only external tasks need the heartbeat.
    """

    def __init__(self, claim: _Claim) -> None:
        self.claim = claim
        self.every_seconds = lease_time().total_seconds() / 3
        self.stop = threading.Event()
        self.thread: threading.Thread | None = None

    def __enter__(self) -> None:
        from flask import current_app

        if db.engine.dialect.name == "sqlite" and not is_external(registry.find(self.claim.task)):
            return
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self._beat, args=(app,), daemon=True)
        self.thread.start()

    def _beat(self, app: Flask) -> None:
        while not self.stop.wait(self.every_seconds):
            try:
                with app.app_context(), transaction():
                    if not renew_lease(self.claim.id, self.claim.lease_token, clock.now()):
                        return
            except (SQLAlchemyError, sqlite3.OperationalError) as error:
                # A busy or absent database may be back before the lease runs out. SQLite's own
                # error comes where even the transaction could not begin.
                log.warning("heartbeat_failed", job_id=self.claim.id, error=type(error).__name__)

    def __exit__(self, *_: object) -> None:
        self.stop.set()


class Worker:
    """Runs jobs until told to stop; SIGTERM and SIGINT let the current job end first."""

    def __init__(self, app: Flask, periodic: Iterable[Periodic] = ()) -> None:
        self.app = app
        self.periodic = tuple(periodic)
        self.stopping = threading.Event()
        self._next_schedule = 0.0

    def run(self) -> None:
        """Work until a signal or ``stop()``."""
        log.info("worker_started")
        while not self.stopping.is_set():
            with self.app.app_context():
                if not self._step():
                    self.stopping.wait(IDLE_SECONDS)
        log.info("worker_stopped")

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Ask the worker to end after the current job."""
        self.stopping.set()

    def listen_to_signals(self) -> None:
        """Stop on SIGTERM and SIGINT."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def _step(self) -> bool:
        try:
            if time.monotonic() >= self._next_schedule:
                schedule_periodic(self.periodic, clock.now())
                self._next_schedule = time.monotonic() + 10
            return run_one_job()
        except Exception as error:
            # The database may be away for a while; the rows will still be there.
            log.error("worker_error", error=type(error).__name__)
            self.stopping.wait(2)
            return False


def schedule_periodic(periodic: Iterable[Periodic], now: datetime) -> None:
    """Store a job for the present slot of each periodic task, unless one was stored before."""
    entries = tuple(periodic)
    with transaction():
        _follow_clock_back(now)
        for entry in entries:
            if _take_slot(entry.slot_key(now), now):
                # One waiting job is enough, however long the queue has grown meanwhile.
                enqueue(entry.task, unique_key=f"periodic:{task_name(entry.task)}")
        _forget_slots(entries, now)


def _follow_clock_back(now: datetime) -> None:
    """Free the slots ahead when the machine's clock was put back, or nothing would run till then.

    What was scheduled before that waits for the old time too, and blocks its successors.
    """
    future = now + CLOCKS_APART
    if not count_changed(delete(PeriodicSlot).where(PeriodicSlot.ran_at > future)):
        return
    waiting = update(Job).where(Job.unique_key.like("periodic:%"), Job.due_at > future)
    db.session.execute(waiting.values(due_at=now))


def _take_slot(key: str, now: datetime) -> bool:
    # Of several workers, one inserts the row; the others wait for it and get nothing.
    taken = insert_ignoring_conflicts(PeriodicSlot).values(key=key, ran_at=now)
    return bool(db.session.execute(taken).rowcount)  # type: ignore[attr-defined]


def _forget_slots(entries: Sequence[Periodic], now: datetime) -> None:
    longest = max((entry.every for entry in entries), default=SLOTS_KEPT)
    limit = now - max(SLOTS_KEPT, 2 * longest)
    db.session.execute(delete(PeriodicSlot).where(PeriodicSlot.ran_at < limit))


def queue_age_seconds(now: datetime) -> float:
    """Return how long the longest waiting unparked job has been due; 0 when none is."""
    oldest = db.session.scalar(
        select(func.min(Job.due_at)).where(Job.parked_at.is_(None), Job.due_at <= now)
    )
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def last_planned_at() -> datetime | None:
    """Return when a worker last planned what runs again and again; None where none ever did."""
    return db.session.scalar(select(func.max(PeriodicSlot.ran_at)))


def _elapsed_ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
