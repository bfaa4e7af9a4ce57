"""Fixtures for notifications: statements counted, mails read."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import event

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.notifications.operations.unread import rebuild_unread


@pytest.fixture
def count_statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the SQL statements that run inside a block."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(conn, cursor, statement, parameters, context, executemany):
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return collect


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[EmailMessage]]:
    """Mails sent in this test."""
    mailman = app.extensions["mailman"]
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []


@pytest.fixture
def numbers_stay_right(app: Flask) -> Iterator[None]:
    """Prove after the test that the bell's numbers equal what a rebuild finds."""
    yield
    run_due_jobs()
    with transaction():
        assert rebuild_unread() == 0
