"""Acts that begin at the same moment."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from community.core.db import db, forget_changes

Act = Callable[[], Any]
PATIENCE_SECONDS = 60


def at_once_in(app: Flask) -> Callable[[Sequence[Act]], list[Any]]:
    """Return what runs functions in threads that start together; it returns what they returned
    or raised."""

    def run(actions: Sequence[Act]) -> list[Any]:
        gate = threading.Barrier(len(actions))
        results: list[Any] = []

        def work(action: Act) -> None:
            with app.app_context():
                try:
                    gate.wait(30)
                    results.append(action())
                except Exception as error:
                    results.append(error)
                finally:
                    db.session.remove()

        # Records must be nobody's: reading an expired one would begin a second transaction.
        forget_changes()
        threads = [threading.Thread(target=work, args=(action,)) for action in actions]
        with _fresh_connections(), patient_writers():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        return results

    return run


@contextmanager
def patient_writers() -> Iterator[None]:
    """Let all writers have their turn, however busy the machine: SQLite gives turns by chance.

    Connections learn of it when they are made.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("community.core.db.BUSY_TIMEOUT_MS", PATIENCE_SECONDS * 1_000)
        yield


@contextmanager
def _fresh_connections() -> Iterator[None]:
    db.engine.dispose()
    yield
    db.engine.dispose()


def errors_of(results: Sequence[Any]) -> list[str]:
    """Return what was raised by functions that ran at once."""
    return [repr(result) for result in results if isinstance(result, Exception)]
