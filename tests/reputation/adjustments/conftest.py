"""What tests of adjustments begin with."""

import pytest

from tests.factories.community import make_user
from tests.reputation.adjustments.parallel import at_once_in
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
    return at_once_in(app)
