"""The real worker under libfaketime: an outage, and a clock that jumps, while deadlines run."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.core.jobs import PeriodicSlot
from community.escalation.sla.models import BREACHED, SlaClock, SlaEvent
from community.escalation.sla.operations import start_clocks
from tests.escalation.sla.scenes import HOUR, MONDAY, make_case, work_office_hours

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
)
OUTAGE = timedelta(hours=72)


@dataclass(frozen=True)
class Outcome:
    """Deadlines found too early, noted twice, not noted, and out of order; and how long it took."""

    missed: int
    early: int
    doubled: int
    lost: int
    unordered: int
    seconds_after_outage: float


def find_faketime() -> str | None:
    """Return the library that fakes the clock of a process, if this machine has it."""
    return next((place for place in PLACES if os.path.exists(place)), None)


def run_worker_through_jumps(app: Flask, folder: Path, cases: int = 40) -> Outcome:
    """Let deadlines run out while the worker is off for 72 hours; then jump by -1 h and +1 day.

    Needs an application context on an empty database, and libfaketime.
    """
    work_office_hours(days=("0-24",) * 7)
    _start_cases(cases)
    back = MONDAY + OUTAGE
    with _worker(app, folder, back) as set_clock:
        started = time.monotonic()
        _wait_until(lambda: _overdue(back) == 0)
        seconds = time.monotonic() - started
        set_clock(back - HOUR)
        _wait_until(lambda: _slots_follow(back - HOUR))
        # Due five minutes after the clock was put back: before, the sweep would have slept for
        # an hour, for it had run at all these times.
        late = _start_case_due(back - HOUR + timedelta(minutes=5))
        set_clock(back - HOUR + timedelta(minutes=7))
        _wait_until(lambda: _state_of(late) == BREACHED)
        set_clock(back + timedelta(days=1))
        _wait_until(lambda: _overdue(back + timedelta(days=1)) == 0)
    return _count(back + timedelta(days=1), seconds)


def _start_cases(cases: int) -> None:
    made = [make_case(priority="urgent" if n % 2 else "high") for n in range(cases)]
    with transaction():
        for number, facts in enumerate(made):
            # Over four days, so some fall due in the outage and some after each jump.
            start_clocks(facts, MONDAY + number * 96 * HOUR / cases)


def _start_case_due(due_at: datetime) -> int:
    facts = make_case(priority="urgent")
    with transaction():
        start_clocks(facts, due_at - HOUR)
    return facts.case_id


@contextmanager
def _worker(app: Flask, folder: Path, now: datetime) -> Iterator[Callable[[datetime], None]]:
    library = find_faketime()
    assert library is not None
    hand = folder / "clock"

    def set_clock(moment: datetime) -> None:
        # Moved into place: the library must not read half of it.
        fresh = folder / "clock.new"
        fresh.write_text(f"@{moment:%Y-%m-%d %H:%M:%S}\n")
        fresh.replace(hand)

    set_clock(now)
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker"],
        cwd=ROOT,
        env={
            **_environment(app, folder),
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(hand),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield set_clock
    finally:
        process.kill()
        process.wait()


def _environment(app: Flask, folder: Path) -> dict[str, str]:
    settings = app.config["SETTINGS"]
    return {
        **os.environ,
        "FLASK_APP": "wsgi",
        "FORUM_ENVIRONMENT": "test",
        "FORUM_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "FORUM_INSTANCE_PATH": str(folder),
        "FORUM_MAIL_BACKEND": "file",
        "FORUM_LOG_FORMAT": "off",
        "TZ": "UTC",
        "FAKETIME_NO_CACHE": "1",
        # What sleeps for a second shall sleep for a second, whatever the wall clock does.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def _wait_until(is_done: Callable[[], bool], patience_seconds: float = 90) -> None:
    deadline = time.monotonic() + patience_seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not do in time what was due")
        time.sleep(0.2)


def _overdue(now: datetime) -> int:
    """Count the clocks that ran out and were not found yet."""
    late = select(func.count(SlaClock.id)).where(
        SlaClock.due_at <= now, SlaClock.state.in_(("running", "warned"))
    )
    return _read(late)


def _slots_follow(now: datetime) -> bool:
    ahead = (
        select(func.count())
        .select_from(PeriodicSlot)
        .where(PeriodicSlot.ran_at > now + timedelta(minutes=2))
    )
    return _read(ahead) == 0


def _state_of(case_id: int) -> str:
    found = db.session.scalars(
        select(SlaClock.state).where(SlaClock.case_id == case_id, SlaClock.kind == "first")
    ).one()
    db.session.rollback()
    return found


def _read(query: object) -> int:
    found = db.session.scalars(query).one()  # type: ignore[call-overload]
    db.session.rollback()
    return int(found)


def _count(now: datetime, seconds: float) -> Outcome:
    rows = db.session.execute(
        select(SlaEvent.clock_id, SlaEvent.at, SlaEvent.due_at)
        .where(SlaEvent.what == "breached")
        .order_by(SlaEvent.id)
    ).all()
    due = _read(select(func.count(SlaClock.id)).where(SlaClock.due_at <= now))
    return Outcome(
        missed=len(rows),
        early=sum(row[1] < row[2] for row in rows),
        doubled=len(rows) - len({row[0] for row in rows}),
        lost=due - len({row[0] for row in rows}),
        unordered=_unordered([row[2] for row in rows if row[2] <= MONDAY + OUTAGE - HOUR]),
        seconds_after_outage=round(seconds, 1),
    )


def _unordered(moments: Sequence[datetime]) -> int:
    return sum(later < earlier for earlier, later in pairwise(moments))
