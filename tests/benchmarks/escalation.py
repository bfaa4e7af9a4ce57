"""What a sweep of waiting questions costs: ``python3 dev.py bench escalation [--postgresql]``.

So many open questions wait, of which 1,000 are due. Beside it the same with a hundredth of them:
the cost is to grow with what is due, not with what waits.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import delete, func, select, text

from community.app import create_app
from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.settings import Settings
from community.escalation.triggers.models import WaitingQuestion
from community.escalation.triggers.operations.watching import BATCH, sweep_due
from tests.factories.community import make_board, make_user
from tests.postgres import postgres_url

DUE = 1_000
ROUNDS = 5
LONGEST_SECONDS = 1.0
SHARE = 100
STORED_AT_ONCE = 100_000

NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL"
    " SELECT n + 1 FROM numbers WHERE n < :last)",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series("
    "CAST(:first AS integer), CAST(:last AS integer)))",
}
POSTS = """
INSERT INTO posts (id, kind, author_id, board_id, root_id, visibility, body, html, render_version,
  language, created_at, kudos_count, comments_count, imported_up, imported_down)
{numbers} SELECT n, 'question', :author, :board, n, 'published', 'It stopped.', 'It stopped.',
  1, 'en', :asked_at, 0, 0, 0, 0 FROM numbers"""
QUESTIONS = """
INSERT INTO questions (id, title, slug, excerpt, place_id, asked_at, status, answers_count,
  me_too_count, imported_me_toos, last_activity_at, last_by_asker, awaits_asker, is_locked)
{numbers} SELECT n, 'It stopped working', 'it-stopped', '', :board, :asked_at, 'open', 0, 0, 0,
  :asked_at, true, false, false FROM numbers"""
WAITING = """
INSERT INTO waiting_questions (question_id, due_at)
{numbers} SELECT n, CASE WHEN n % :every = 0 THEN :due_at ELSE :later END FROM numbers"""


def main(questions: int, on_postgresql: bool, *, as_json: bool = False) -> int:
    """Measure; returns 1 where the sweep takes longer than a second."""
    many = measure(questions, on_postgresql)
    few = measure(max(DUE, questions // SHARE), on_postgresql)
    report = {
        "database": "PostgreSQL" if on_postgresql else "SQLite",
        "waiting": questions,
        "due": DUE,
        "seconds": round(many, 3),
        "seconds_with_a_hundredth_waiting": round(few, 3),
        "ratio": round(many / few, 2),
        "held": many <= LONGEST_SECONDS,
    }
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(f"{name:<34}{value}" for name, value in report.items()))
    return 0 if report["held"] else 1


def measure(questions: int, on_postgresql: bool) -> float:
    """Return the median seconds of a sweep, with that many waiting and 1,000 of them due."""
    with benchmark_site(on_postgresql):
        store_waiting(questions, clock.now() - timedelta(hours=1))
        return statistics.median(_sweep_again() for _ in range(ROUNDS))


@contextmanager
def benchmark_site(on_postgresql: bool) -> Iterator[Flask]:
    """Run an empty, migrated site on a database of its own; in its application context."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = stack.enter_context(postgres_url()) if on_postgresql else ""
        settings = Settings(
            environment="development",
            secret_key="a-benchmark-secret-that-is-long-enough-0123",
            instance_path=folder,
            database_url=url,
            log_format="off",
        )
        app = create_app(settings.completed())
        with app.app_context():
            upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def store_waiting(questions: int, due_at: datetime) -> None:
    """Store open questions, a row each to say when it is due; every so many is due by now."""
    board, author = make_board(), make_user()
    numbers = NUMBERS[db.engine.dialect.name]
    instants = {"asked_at": due_at, "due_at": due_at, "later": due_at + timedelta(days=3)}
    if db.engine.dialect.name == "sqlite":
        instants = {name: at.replace(tzinfo=None) for name, at in instants.items()}
        instants = {name: f"{at:%Y-%m-%d %H:%M:%S.%f}" for name, at in instants.items()}
    values = {"author": author.id, "board": board.id, "every": questions // DUE, **instants}
    for first in range(1, questions + 1, STORED_AT_ONCE):
        last = min(first + STORED_AT_ONCE - 1, questions)
        with transaction():
            for statement in (POSTS, QUESTIONS, WAITING):
                sql = statement.format(numbers=numbers)
                used = {name: each for name, each in values.items() if f":{name}" in sql}
                db.session.execute(text(sql), {**used, "first": first, "last": last})
    if db.engine.dialect.name == "sqlite":
        return
    # As it does by itself within minutes; on SQLite nobody gathers statistics, on a site either.
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _sweep_again() -> float:
    """Sweep once, then put everything back; returns the seconds of the sweep, commit included."""
    started = time.perf_counter()
    with transaction():
        sweep_due()
    seconds = time.perf_counter() - started
    with transaction():
        swept = [job.arguments for job in db.session.scalars(select(Job))]
        ids = [each["question_id"] for each in swept if each]
        assert len(ids) == min(DUE, BATCH), len(ids)
        db.session.execute(delete(Job))
        due_at = clock.now() - timedelta(hours=1)
        rows = [{"question_id": each, "due_at": due_at} for each in ids]
        db.session.execute(WaitingQuestion.__table__.insert(), rows)
        assert db.session.scalar(select(func.count()).select_from(WaitingQuestion))
    return seconds
