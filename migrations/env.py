"""Runs migrations with the application's own database connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from community.core.db import Base, Instant, db, write_access
from community.models import *  # noqa: F403


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our instants as plain columns: a migration never imports application code."""
    return "sa.DateTime(timezone=True)" if isinstance(item, Instant) else False


@contextmanager
def keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others refer to, and check every reference afterwards.

    A changed constraint needs a new table in the place of the old one; dropping that one would
    delete its rows from under their references. The switch works outside transactions only.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.cursor().execute("PRAGMA foreign_keys=ON")


def refuse_broken_keys(connection: Connection) -> None:
    """Raise inside the transaction, so that a migration that breaks a reference is taken back."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise RuntimeError(f"The migration breaks a reference of table {broken[0]}.")


def run() -> None:
    """Migrate in one transaction on either database."""
    options = current_app.extensions["migrate"].configure_args
    with write_access(), db.engine.connect() as connection, keys_checked_at_the_end(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            # SQLite takes changes of the schema back as well, which Alembic does not expect of it.
            transactional_ddl=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()
            refuse_broken_keys(connection)


run()
