"""What tests of adjustments begin with."""

import threading

import pytest

from community.core.db import db, forget_changes
from tests.factories.community import make_user
from tests.reputation.adjustments.scene import staff


@pytest.fixture
def member(app):
    """Somebody whose points are adjusted."""
    return make_user("Mia Member")


@pytest.fixture
def moderator(app):
    """A moderator of the whole site."""
    return staff()


@pytest.fixture
def admin(app):
    """An administrator."""
    return staff("admin")


@pytest.fixture
def other_admin(app):
    """Another administrator."""
    return staff("admin")


@pytest.fixture
def at_once(app):
    """Run functions in threads that start together; returns what they returned or raised."""

    def run(actions):
        gate, results = threading.Barrier(len(actions)), []

        def work(action):
            with app.app_context():
                try:
                    gate.wait(30)
                    results.append(action())
                except Exception as error:
                    results.append(error)
                finally:
                    db.session.remove()

        forget_changes()
        threads = [threading.Thread(target=work, args=(action,)) for action in actions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    return run
