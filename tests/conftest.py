"""Fixtures of the whole suite: one application and database per run, emptied before each test.

``FORUM_TEST_DATABASE`` chooses ``sqlite`` (default) or ``postgresql``; the latter starts a
throw-away server unless ``TEST_DATABASE_URL`` names one.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from sqlalchemy import insert, select, text

from community.app import create_app
from community.core.db import Base, db, transaction
from community.core.kept import forget_all
from community.core.limits import present_limits
from community.core.settings import Settings
from reputation.ranks.marks import read_marks
from reputation.trust.noting import EXTENSION as READING
from tests.client import ForumClient
from tests.parallel import Act, at_once_in
from tests.postgres import postgres_url

# The same examples each time, however long a busy machine takes for one.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def database_kind() -> str:
    """Which database this run uses."""
    return os.environ.get("FORUM_TEST_DATABASE", "sqlite")


@pytest.fixture
def sqlite_alone(database_kind: str) -> None:
    """Leave a test out elsewhere: only SQLite counts the steps of its machine."""
    if database_kind != "sqlite":
        pytest.skip("only SQLite counts the steps of its machine")


@pytest.fixture(scope="session")
def instance_path() -> Iterator[Path]:
    """A folder for everything the site writes, in memory where there is such a place."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = Path(tempfile.mkdtemp(prefix="forum-", dir=base))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(database_kind: str, instance_path: Path) -> Iterator[str]:
    """Address of an empty database for this worker."""
    if database_kind == "postgresql":
        with postgres_url() as url:
            yield url
    else:
        yield f"sqlite:///{instance_path / 'test.sqlite3'}"


@pytest.fixture(scope="session")
def settings(instance_path: Path, database_url: str) -> Settings:
    """Settings of the application under test."""
    return Settings(
        environment="test",
        secret_key="a-test-secret-that-is-long-enough-0123456789",
        database_url=database_url,
        instance_path=instance_path,
        default_language="en",
        site_url="http://localhost",
        mail_backend="locmem",
        log_format="off",
        argon2_memory_kib=8,
        argon2_time_cost=1,
        argon2_parallelism=1,
        rate_limits=False,
        first_posts_reviewed=0,
    ).completed()


@pytest.fixture(scope="session")
def migrated_app(settings: Settings) -> Iterator[Flask]:
    """The application on a migrated database, once per run."""
    app = create_app(settings)
    app.test_client_class = ForumClient
    with app.app_context():
        upgrade()
        remember_seeds()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application on an empty database, inside an application context."""
    with migrated_app.app_context():
        empty_database()
    shutil.rmtree(migrated_app.config["SETTINGS"].index_path, ignore_errors=True)
    migrated_app.extensions["mailman"].outbox = []
    migrated_app.extensions[READING].clear()
    with migrated_app.app_context():
        yield migrated_app
        db.session.rollback()


APPEND_ONLY = (
    *("audit_entries", "audit_seals", "audit_heads"),
    *("ledger_entries", "ledger_closings", "rule_versions"),
)
# What migrations put there, and every site has: remembered once, put back before each test.
SEEDED = ("ranks", "badges", "calendars", "calendar_versions", "sla_policies")
_seeds: dict[str, list[dict[str, object]]] = {}


def remember_seeds() -> None:
    """Note what a migrated database begins with."""
    for name in SEEDED:
        rows = db.session.execute(select(Base.metadata.tables[name])).mappings()
        _seeds[name] = [dict(row) for row in rows]
    db.session.rollback()


def _put_seeds_back() -> None:
    for name, rows in _seeds.items():
        db.session.execute(insert(Base.metadata.tables[name]), rows)
    if db.engine.dialect.name == "postgresql":
        _number_behind_seeds()
    # Tests of badges turn them on. Elsewhere each would be a notification more for every deed.
    db.session.execute(text("UPDATE badges SET enabled = false WHERE key <> 'beyond'"))


def _number_behind_seeds() -> None:
    """Let sequences go on behind the ids that were put back."""
    for name in _seeds:
        if "id" in Base.metadata.tables[name].c:
            sequence = f"pg_get_serial_sequence('{name}', 'id')"
            db.session.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {name}))"))


def empty_database() -> None:
    """Delete all rows; runs in the application context of the caller."""
    tables = [table.name for table in Base.metadata.sorted_tables]
    with transaction():
        if db.engine.dialect.name == "sqlite":
            db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
            for name in APPEND_ONLY:
                _let_entries_go(name)
            for name in _in_use(reversed(tables)):
                db.session.execute(text(f"DELETE FROM {name}"))
        else:
            _empty_on_postgresql(tables)
        _put_seeds_back()
    # Read by the first page, it would be one statement more there than on the next ones.
    forget_all()
    read_marks()
    db.session.rollback()


def _empty_on_postgresql(tables: list[str]) -> None:
    """Delete what there is. TRUNCATE makes new files for each of the tables, ten times slower.

    As a replica PostgreSQL asks neither foreign keys nor the triggers that refuse deleting. Only
    a superuser may be one, which ``TEST_DATABASE_URL`` need not name.
    """
    may_delete = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    # What was deleted still takes room, and all of it is read again: now and then it goes.
    if next(_emptied) % EMPTIED_WHOLLY_EACH == 0 or not db.session.scalar(text(may_delete)):
        others = ", ".join(name for name in tables if name not in SEEDED)
        db.session.execute(text(f"TRUNCATE {others} RESTART IDENTITY CASCADE"))
        tables = list(reversed(SEEDED))
    else:
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(text(RESTART_SEQUENCES))
    for name in _in_use(tables):
        db.session.execute(text(f"DELETE FROM {name}"))


def _in_use(tables: Iterable[str]) -> Sequence[str]:
    """Return those that hold rows, in the order given."""
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
    return db.session.scalars(text(" UNION ALL ".join(each))).all()


EMPTIED_WHOLLY_EACH = 100
_emptied = itertools.count()
RESTART_SEQUENCES = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


def empty_table(name: str) -> None:
    """Empty a table that refuses it, and let it refuse again."""
    with transaction():
        if db.engine.dialect.name == "sqlite":
            _let_entries_go(name)
        else:
            db.session.execute(text(f"TRUNCATE {name} CASCADE"))


def _let_entries_go(table: str) -> None:
    if db.session.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() is None:
        return
    trigger = text(f"SELECT sql FROM sqlite_master WHERE name = '{table}_no_delete'")
    sql = db.session.execute(trigger).scalar_one()
    db.session.execute(text(f"DROP TRIGGER {table}_no_delete"))
    db.session.execute(text(f"DELETE FROM {table}"))
    db.session.execute(text(sql))


@pytest.fixture
def client(app: Flask) -> ForumClient:
    """A guest's browser, without JavaScript."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def limits_on(app: Flask) -> Iterator[None]:
    """Limits hold and nothing is counted yet; they are off in other tests."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, rate_limits=True)
    present_limits().storage.reset()
    yield
    app.config["SETTINGS"] = before


@pytest.fixture
def at_once(app: Flask) -> Callable[[Sequence[Act]], list[Any]]:
    """Run functions in threads that start together; returns what they returned or raised."""
    return at_once_in(app)


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs ``flask`` commands."""
    return app.test_cli_runner()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, which at the end one worker would do alone.

    On PostgreSQL, leave out what uses no database: it has run, or will, on SQLite.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if os.environ.get("FORUM_TEST_DATABASE") != "postgresql":
        return
    elsewhere = [item for item in items if "database_url" not in getattr(item, "fixturenames", ())]
    kept = set(items) - set(elsewhere)
    items[:] = [item for item in items if item in kept]
    config.hook.pytest_deselected(items=elsewhere)
