"""Runs migrations with the application's own database connection."""

from alembic import context
from flask import current_app

from community.core.db import Base, Instant, db, write_access
from community.models import *  # noqa: F403


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our instants as plain columns: a migration never imports application code."""
    return "sa.DateTime(timezone=True)" if isinstance(item, Instant) else False


def run() -> None:
    """Migrate in one transaction on either database."""
    options = current_app.extensions["migrate"].configure_args
    with write_access(), db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
