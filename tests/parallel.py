"""Acts that begin at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from community.core.db import db, forget_changes

Act = Callable[[], Any]


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
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    return run


def errors_of(results: Sequence[Any]) -> list[str]:
    """Return what was raised by functions that ran at once."""
    return [repr(result) for result in results if isinstance(result, Exception)]
