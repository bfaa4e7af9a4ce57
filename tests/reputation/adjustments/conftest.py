"""What tests of adjustments begin with."""

import pytest

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
