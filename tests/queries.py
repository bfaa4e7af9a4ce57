"""Counting SQL statements, and what the database does for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from community.core.db import db

STEPS_AT_ONCE = 10


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that run inside the block."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def steps_of(act: Callable[[], object]) -> int:
    """Act, and count what SQLite does for it: instructions of its machine."""
    counted, used = 0, []

    def count() -> None:
        nonlocal counted
        counted += STEPS_AT_ONCE

    def watch(connection: Any, cursor: Any, *rest: Any) -> None:
        cursor.connection.set_progress_handler(count, STEPS_AT_ONCE)
        used.append(cursor.connection)

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
        for connection in used:
            connection.set_progress_handler(None, 0)
    return counted
