"""Events and jobs: rows written in the transaction of the change they follow from.

``emit`` stores one event and one job per subscriber, so what was committed will be worked off and
what was rolled back never happened. Delivery is at least once for effects outside the database
(mail, index) and exactly once inside it, because a job's own writes commit together with its end.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from types import FunctionType
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, db, insert_ignoring_conflicts
from community.core.settings import current_settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAX_ATTEMPTS = 8
FIRST_DELAY_SECONDS = 5

Task = Callable[..., object]


class EventRecord(Base):
    """Something that happened, kept as ids only."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Job(Base):
    """A piece of work to do once, at or after ``due_at``.

    ``lease_token`` fences: only the worker that holds the present token may finish the job.
    ``parked_at`` marks a job that failed too often and waits for a person.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_due_at_id", "due_at", "id"),
        Index("ix_jobs_unique_key", "unique_key", unique=True),
        Index("ix_jobs_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(120))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    unique_key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    parked_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class PeriodicSlot(Base):
    """A slot of a periodic task that has been scheduled, so that no slot runs twice."""

    __tablename__ = "periodic_slots"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    ran_at: Mapped[datetime]


class UnknownTask(LookupError):
    """A job names a task that the running code does not have."""


class TaskRegistry:
    """Names of tasks and, for each event class, the tasks that react to it."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.event_classes: dict[str, type[Any]] = {}
        self.subscribers: dict[str, list[str]] = {}

    def add_task(self, task: Task) -> str:
        """Register a task under ``package.module.function`` and return that name."""
        name = task_name(task)
        self.tasks[name] = task
        return name

    def subscribe(self, subscriptions: Mapping[type[Any], Sequence[Task]]) -> None:
        """Register who reacts to what; saying it twice changes nothing."""
        for event_class, tasks in subscriptions.items():
            self.event_classes[event_class.__name__] = event_class
            names = self.subscribers.setdefault(event_class.__name__, [])
            for task in tasks:
                name = self.add_task(task)
                if name not in names:
                    names.append(name)

    def find(self, name: str) -> Task:
        """Return a task by name; raises ``UnknownTask``.

        The process that stored the job need not be the one that runs it, so a task nobody has
        registered here yet is imported by its name.
        """
        if name not in self.tasks:
            self.tasks[name] = _import_task(name)
        return self.tasks[name]


def _import_task(name: str) -> Task:
    module_name, _, function = name.rpartition(".")
    try:
        known = find_spec(f"community.{module_name}") is not None
    except ModuleNotFoundError:
        known = False
    task = getattr(import_module(f"community.{module_name}"), function, None) if known else None
    if not isinstance(task, FunctionType) or task_name(task) != name:
        raise UnknownTask(name)
    return task


registry = TaskRegistry()


def external(task: Task) -> Task:
    """Mark a task whose effect lies outside the database (mail, index).

    It runs without a write transaction, so a slow mail server blocks no writer; its job ends in a
    short transaction afterwards. It may therefore run twice and must tolerate that.
    """
    task.external = True  # type: ignore[attr-defined]
    return task


def is_external(task: Task) -> bool:
    """Say whether a task was marked ``external``."""
    return getattr(task, "external", False)


def task_name(task: Task) -> str:
    """Return the stable name under which a task is stored in job rows."""
    module = task.__module__.removeprefix("community.")
    return f"{module}.{task.__qualname__}"


_unheard: ContextVar[bool] = ContextVar("unheard", default=False)


@contextmanager
def unheard() -> Iterator[None]:
    """Store nothing of what is emitted inside: who loads a site derives all of it afterwards."""
    token = _unheard.set(True)
    try:
        yield
    finally:
        _unheard.reset(token)


def emit(event: "DataclassInstance") -> None:
    """Store an event and one job per subscriber in the current transaction."""
    if _unheard.get():
        return
    name = type(event).__name__
    now = clock.now()
    record = EventRecord(name=name, payload=asdict(event), created_at=now)
    db.session.add(record)
    db.session.flush()
    rows = [
        {"task": task, "arguments": {}, "event_id": record.id, "created_at": now, "due_at": now}
        for task in registry.subscribers.get(name, ())
    ]
    if rows:
        db.session.execute(insert(Job), rows)


def enqueue(
    task: Task, *, due_at: datetime | None = None, unique_key: str | None = None, **arguments: Any
) -> None:
    """Store a job in the current transaction; arguments are JSON values, ids rather than objects.

    A second job with the same ``unique_key`` is not stored while the first one waits. Once that one
    has been started it may have read what was true before, so a new one is stored.
    """
    now = clock.now()
    db.session.execute(
        insert_ignoring_conflicts(Job).values(
            task=registry.add_task(task),
            arguments=arguments,
            unique_key=unique_key,
            created_at=now,
            due_at=due_at or now,
            attempts=0,
        )
    )


def enqueue_each(task: Task, arguments: Iterable[Mapping[str, Any]]) -> None:
    """Store a job for each set of arguments in one go, all due now."""
    name, now = registry.add_task(task), clock.now()
    rows = [
        {"task": name, "arguments": dict(each), "created_at": now, "due_at": now}
        for each in arguments
    ]
    if rows:
        db.session.execute(insert(Job), rows)


def claim_job(now: datetime) -> Job | None:
    """Take the job that is due longest, under a lease; call inside a transaction of its own.

    A job whose lease has run out is due again: leases are kept in ``due_at`` itself.
    """
    due = (
        select(Job.id)
        .where(Job.due_at <= now, Job.parked_at.is_(None))
        .order_by(Job.due_at, Job.id)
        .limit(1)
    )
    if db.engine.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    claimed = (
        update(Job)
        .where(Job.id == due.scalar_subquery())
        .values(
            lease_token=secrets.token_hex(16),
            due_at=now + lease_time(),
            attempts=Job.attempts + 1,
            unique_key=None,
        )
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return db.session.scalars(claimed).one_or_none()


def lease_time() -> timedelta:
    """Return how long a claimed job belongs to its worker without a sign of life."""
    return timedelta(seconds=current_settings().job_lease_seconds)


def renew_lease(job_id: int, lease_token: str, now: datetime) -> bool:
    """Prolong a running job's lease; False if another worker has taken it over."""
    renewed = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.lease_token == lease_token)
        .values(due_at=now + lease_time())
    )
    return bool(renewed.rowcount)  # type: ignore[attr-defined]


def retry_delay(attempts: int) -> timedelta:
    """Return the wait after the n-th failed attempt: 5 s, then four times as long each time."""
    return timedelta(seconds=min(FIRST_DELAY_SECONDS * 4 ** (attempts - 1), 6 * 3600))
