"""The migrations build what the models say, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from community.app import MIGRATIONS, create_app
from community.core.db import Base, db
from community.core.settings import Settings


@pytest.fixture
def bare_app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose database is empty: not even tables."""
    app = create_app(
        Settings(
            environment="test",
            secret_key="a-test-secret-that-is-long-enough-0123456789",
            instance_path=tmp_path,
            log_format="off",
            mail_backend="locmem",
        ).completed()
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_history_is_one_line() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_upgrading_an_empty_database_gives_what_the_models_say(app: Flask) -> None:
    # On both databases: `app` is migrated, not created from the models.
    check()


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint!r}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []


def test_migrations_can_be_taken_back_and_run_again(bare_app: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    check()


def test_references_are_checked_again_after_migrating(bare_app: Flask) -> None:
    upgrade()
    for _time in range(2):
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
