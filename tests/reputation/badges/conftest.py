"""Fixtures of tests of badges."""

import pytest
from flask import Flask
from sqlalchemy import update

from community.core.db import db, transaction
from reputation.badges.models import Badge


@pytest.fixture(autouse=True)
def _badges_are_given(request: pytest.FixtureRequest) -> None:
    """Let the badges be given as they are delivered; other tests have them turned off."""
    if "app" not in request.fixturenames:
        return
    app = request.getfixturevalue("app")
    assert isinstance(app, Flask)
    with transaction():
        db.session.execute(update(Badge).values(enabled=True))
