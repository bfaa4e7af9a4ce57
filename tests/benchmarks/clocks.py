"""What the clocks of support cases cost: ``python3 dev.py bench clocks [--postgresql]``.

A tick finds nothing due among 100,000 running clocks; a sweep finds 10,000 of them overdue. Beside
the tick stands one over a hundredth of the clocks, beside the sweep the least that can be written
for 10,000 breaches: as many rows changed and as many events stored, in the same portions, with
nothing reckoned and nobody told.
"""

import json
import statistics
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update

from community.core import clock
from community.core.db import db, reserve_ids, transaction
from community.core.jobs import Job
from community.escalation.calendars.queries import default_calendar_id
from community.escalation.cases.models import SupportCase
from community.escalation.sla.models import BREACHED, RESOLUTION, SlaClock, SlaEvent, SlaPolicy
from community.escalation.sla.operations.sweep import AT_ONCE, fire_due_clocks
from community.escalation.teams.operations import team_for
from tests.benchmarks.escalation import benchmark_site

CLOCKS, OVERDUE, SHARE, TICKS = 100_000, 10_000, 100, 20
LONGEST_TICK_SECONDS, LONGEST_SWEEP_SECONDS = 1.0, 60.0
STORED_AT_ONCE = 5_000
TARGET_MINUTES = 480


def main(on_postgresql: bool, *, as_json: bool = False) -> int:
    """Measure; returns 1 where a tick or the sweep takes longer than promised."""
    with benchmark_site(on_postgresql):
        store_clocks(CLOCKS // SHARE)
        few = measure_tick()
        store_clocks(CLOCKS - CLOCKS // SHARE)
        many = measure_tick()
        plain = measure_plain_writing()
        let_run_out(OVERDUE)
        sweep = measure_sweep()
    report = {
        "database": "PostgreSQL" if on_postgresql else "SQLite",
        "clocks": CLOCKS,
        "tick_seconds": round(many, 5),
        "tick_seconds_with_a_hundredth": round(few, 5),
        "tick_ratio": round(many / few, 2),
        "overdue": OVERDUE,
        "sweep_seconds": round(sweep, 2),
        "plain_writing_seconds": round(plain, 2),
        "sweep_ratio": round(sweep / plain, 2),
        "held": many <= LONGEST_TICK_SECONDS and sweep <= LONGEST_SWEEP_SECONDS,
    }
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(f"{name:<34}{value}" for name, value in report.items()))
    return 0 if report["held"] else 1


def measure_tick() -> float:
    """Return the median seconds of a sweep that finds nothing."""
    times = []
    for _ in range(TICKS):
        started = time.perf_counter()
        with transaction():
            assert fire_due_clocks(clock.now()) == 0
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def measure_sweep() -> float:
    """Return the seconds until all that is overdue is noted, in as many sweeps as it takes."""
    started, done = time.perf_counter(), 0
    while True:
        with transaction():
            fired = fire_due_clocks(clock.now())
        done += fired
        if fired < AT_ONCE:
            break
    seconds = time.perf_counter() - started
    breached = select(func.count(SlaClock.id)).where(SlaClock.state == BREACHED)
    assert (done, db.session.scalars(breached).one()) == (OVERDUE, OVERDUE)
    db.session.rollback()
    return seconds


def measure_plain_writing() -> float:
    """Return the seconds that writing alone takes; nothing of it stays."""
    with transaction():
        ids = db.session.scalars(select(SlaClock.id).order_by(SlaClock.id).limit(OVERDUE)).all()
        example = db.session.get_one(SlaClock, ids[0])
        event = {
            "case_id": example.case_id,
            "at": clock.now(),
            "what": "breached",
            "state": BREACHED,
            "target_minutes": TARGET_MINUTES,
            "spent_seconds": 0,
            "policy_id": example.policy_id,
            "policy_version": 1,
            "calendar_id": example.calendar_id,
            "calendar_version": 1,
        }
    table = SlaClock.__table__
    step = update(table).where(table.c.id == bindparam("clock")).values(step=0)  # type: ignore[arg-type]
    started = time.perf_counter()
    for first in range(0, OVERDUE, AT_ONCE):
        some = ids[first : first + AT_ONCE]
        with transaction():
            db.session.connection().execute(step, [{"clock": each} for each in some])
            db.session.execute(insert(SlaEvent), [{**event, "clock_id": each} for each in some])
    seconds = time.perf_counter() - started
    with transaction():
        db.session.execute(delete(SlaEvent))
    return seconds


def store_clocks(number: int) -> None:
    """Store cases, each with a clock that is due in some days."""
    now = clock.now()
    for first in range(0, number, STORED_AT_ONCE):
        with transaction():
            _store(min(STORED_AT_ONCE, number - first), now)


def _store(number: int, now: datetime) -> None:
    team_id = team_for(None).id
    shared = {"team_id": team_id, "priority": "normal", "language": "en", "channel": "form"}
    case = {"subject": "It stopped", "state": "open", "opened_at": now, **shared}
    case_ids = list(reserve_ids(SupportCase.__table__, number))
    policy = select(SlaPolicy.id).where(SlaPolicy.is_fallback)
    running = {
        "kind": RESOLUTION,
        "policy_id": db.session.scalars(policy).one(),
        "policy_version": 1,
        "calendar_id": default_calendar_id(),
        "calendar_version": 1,
        "target_minutes": TARGET_MINUTES,
        "counting_since": now,
        "started_at": now,
        **shared,
    }
    db.session.execute(insert(SupportCase), [{"id": each, **case} for each in case_ids])
    rows = zip(case_ids, _moments(now), strict=False)
    db.session.execute(
        insert(SlaClock), [{"case_id": each, **running, **moments} for each, moments in rows]
    )


def _moments(now: datetime) -> Iterator[dict[str, datetime]]:
    number = 0
    while True:
        due = now + timedelta(days=2, seconds=number)
        warn = due - timedelta(hours=8)
        yield {"due_at": due, "warn_at": warn, "next_at": warn}
        number += 1


def let_run_out(number: int) -> None:
    """Let so many clocks be overdue."""
    past = clock.now() - timedelta(hours=1)
    with transaction():
        some = select(SlaClock.id).order_by(SlaClock.id.desc()).limit(number)
        late = update(SlaClock).where(SlaClock.id.in_(some))
        db.session.execute(
            late.values(due_at=past, warn_at=past, next_at=past).execution_options(
                synchronize_session=False
            )
        )
        db.session.execute(delete(Job))
