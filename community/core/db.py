"""The database: engine set-up, the declarative base, and the one place that commits.

A request commits once, after its view has returned; a raised error rolls back. Requests that only
read run in a transaction that cannot write. The worker and the CLI use ``transaction()``.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVarTuple, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    DateTime,
    Engine,
    MetaData,
    Row,
    Select,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 5_000
# Steps of SQLite's machine between two looks at the clock: some milliseconds at most.
STEPS_BETWEEN_LOOKS = 10_000

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A SELECT of many columns and a row of it, where naming every type would tell nobody anything.
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
Columns = TypeVarTuple("Columns")

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite has no time zones, so they are taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime refused: use community.core.clock")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Instant()}
    )


# What was loaded stays readable after a commit: pages are rendered from it.
db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)


class DatabaseUnfit(RuntimeError):
    """The database does not give the durability we promise."""


def init_app(app: Flask, url: str) -> None:
    """Bind the database to the app and check that it is as safe as we promise."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
    db.init_app(app)
    with app.app_context():
        _listen(db.engine)


def _engine_options(url: str) -> dict[str, Any]:
    # Errors are kept with failed jobs: they must not quote what somebody wrote.
    shared = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return shared | {
            "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
            "pool_size": 20,
            "max_overflow": 30,
        }
    return shared | {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 30}


class HintingCompiler(SQLiteCompiler):
    """Writes ``with_hint(table, "INDEXED BY …", "sqlite")`` into the SQL, as SQLite knows it.

    SQLite plans without regard to LIMIT: it would read and sort a whole table for one page.
    """

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


class unindexed(FunctionElement[Any]):
    """A column which SQLite looks up in no index: ``unindexed(Entry.reverses_id).is_(None)``.

    SQLite takes it that a unique index holds each value once, NULL as well, of which it may hold
    any number: it would rather read those of the whole table than the rows of one member.
    """

    inherit_cache = True


@compiles(unindexed)
def _as_it_is(element: unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(unindexed, "sqlite")
def _beside_its_index(element: unindexed, compiler: SQLCompiler, **options: Any) -> str:
    # "Disqualifying WHERE Clause Terms Using Unary-+", sqlite.org/optoverview.html.
    return f"+{compiler.process(element.clauses, **options)}"


def _listen(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = HintingCompiler
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _set_up_sqlite(connection: Any, record: Any) -> None:
    # The driver must not open transactions by itself: `begin` below says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten at once, not when its place is needed again.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once with "database is locked";
    # one that takes the lock first waits for it (busy_timeout). A reader must not be able to write.
    writing = _writing.get()
    info = connection.connection.dbapi_connection
    assert info is not None
    cursor = info.cursor()
    cursor.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    cursor.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
    cursor.close()


def _begin_postgresql(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    raw.read_only = not _writing.get()


def is_writing() -> bool:
    """Say whether the current context may write."""
    return _writing.get()


@contextmanager
def write_access() -> Iterator[None]:
    """Let transactions begun inside write. The caller commits through ``commit()``."""
    forget_changes()
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def transaction() -> Iterator[None]:
    """Run a block in one writing transaction: commit at its end, roll back on an error.

    For the worker, the CLI and tests; requests have their own (see ``core.web``).
    """
    with write_access():
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


@contextmanager
def joined_transaction() -> Iterator[None]:
    """Write in the present transaction, or in a short one of its own where this one only reads.

    For views that hash or check a password first: that takes long, and SQLite has one writer.
    """
    if _writing.get():
        yield
        return
    with transaction():
        yield


def forget_changes() -> None:
    """Roll back; what was loaded stays readable, so an error page can greet its reader."""
    db.session.expunge_all()
    db.session.rollback()


def commit() -> None:
    """Commit the request's transaction. Only ``core.web`` calls this."""
    db.session.commit()


def check_durability() -> None:
    """Raise ``DatabaseUnfit`` unless the engine runs with the settings of the reliability goals."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _check_sqlite(connection)
        else:
            _check_postgresql(connection)


def _check_sqlite(connection: Connection) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for pragma, value in wanted.items():
        found = connection.execute(text(f"PRAGMA {pragma}")).scalar()
        if found != value:
            raise DatabaseUnfit(f"SQLite runs with {pragma}={found}, wanted {value}.")
    timeout = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
    if timeout < BUSY_TIMEOUT_MS:
        raise DatabaseUnfit(f"SQLite runs with busy_timeout={timeout}.")


def _check_postgresql(connection: Connection) -> None:
    if connection.execute(text("SHOW server_encoding")).scalar() != "UTF8":
        raise DatabaseUnfit("The PostgreSQL database must be encoded in UTF8.")


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Give up statements of the present transaction that would end later than in so many seconds.

    Raises SQLAlchemy's ``OperationalError`` then; call it inside a savepoint, which that ends. On
    PostgreSQL the time counts for each statement.
    """
    if db.engine.dialect.name == "sqlite":
        ends = time.monotonic() + seconds
        raw: Any = db.session.connection().connection.dbapi_connection
        raw.set_progress_handler(lambda: time.monotonic() > ends, STEPS_BETWEEN_LOOKS)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)
        return
    db.session.execute(text(f"SET LOCAL statement_timeout = {int(1_000 * seconds)}"))
    yield
    # Not after an error: the savepoint is rolled back then, and the limit with it.
    db.session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


def insert_ignoring_conflicts(table: Any) -> Any:
    """Return an INSERT that does nothing where a unique row exists already (both dialects).

    Its ``rowcount`` tells whether a row was written. On PostgreSQL it waits for a concurrent
    transaction with the same key.
    """
    dialect = db.engine.dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # Without the option psycopg's count is lost behind RETURNING: -1, which looks like "written".
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def count_changed(statement: Any) -> int:
    """Run an INSERT, UPDATE or DELETE and return how many rows it touched."""
    return int(cast("CursorResult[Any]", db.session.execute(statement)).rowcount)


def replace_where(table: Any, values: dict[str, Any], condition: ColumnElement[bool]) -> bool:
    """Insert a row, or replace the one with its primary key where ``condition`` holds for that.

    Returns whether it was written. On PostgreSQL it waits for a concurrent transaction with the
    same key, and then looks at what that one left.
    """
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    keys = [column.name for column in table.__table__.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    statement = (
        insert(table)
        .values(**values)
        .on_conflict_do_update(index_elements=keys, set_=rest, where=condition)
        .execution_options(preserve_rowcount=True)
    )
    return bool(count_changed(statement))


def add_on_conflict(table: Any, keys: Sequence[str], numbers: Sequence[str]) -> Any:
    """Return an INSERT that adds ``numbers`` to those of the row with the same ``keys``."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    sums = {name: getattr(table, name) + statement.excluded[name] for name in numbers}
    return statement.on_conflict_do_update(index_elements=keys, set_=sums)


def lock_row(statement: Select[*Columns]) -> Select[*Columns]:
    """Lock the rows of a SELECT until the transaction ends.

    SQLite has one writer at a time already, so there it changes nothing; nor does it where the
    transaction only reads, which PostgreSQL would refuse.
    """
    if db.engine.dialect.name == "sqlite" or not _writing.get():
        return statement
    return statement.with_for_update()


def reserve_ids(table: Any, number: int) -> list[int]:
    """Return ids for rows to be inserted in this transaction, in bulk and with ids known before.

    On SQLite the writing transaction keeps others from taking them; PostgreSQL's sequence does.
    """
    if db.engine.dialect.name == "sqlite":
        highest = db.session.scalar(select(func.max(table.c.id))) or 0
        return list(range(highest + 1, highest + 1 + number))
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    numbers = func.generate_series(1, number).table_valued("number")
    return list(db.session.scalars(select(sequence).select_from(numbers)))
