"""While a password is hashed or checked, nobody else has to wait for the database."""

import sqlite3

import pytest
from sqlalchemy import text

from community.core.db import db, is_writing, transaction
from community.identity import passwords
from community.identity.models import Purpose
from community.identity.operations.tokens import issue_token
from tests.identity.accounts import NEW_PASSWORD, PASSWORD, make_account, register

PLACES = ("sign-in", "wrong sign-in", "register", "confirm", "reset", "change", "verify")


@pytest.fixture
def hashes(app, monkeypatch):
    """Note, for each slow hash, whether the code around it writes and whether others can."""
    seen = []

    def watched(real):
        def look_first(*args):
            seen.append((is_writing(), others_can_write(app)))
            return real(*args)

        return look_first

    passwords._decoy()
    for name in ("hash_with_argon2", "verify_with_argon2"):
        monkeypatch.setattr(passwords, name, watched(getattr(passwords, name)))
    return seen


def others_can_write(app):
    """Say whether another connection gets the write lock at once; PostgreSQL has no such lock."""
    if db.engine.dialect.name != "sqlite":
        return True
    with sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
    other.close()
    return True


def test_the_observer_sees_a_lock(app):
    assert others_can_write(app)
    with transaction():
        db.session.execute(text("UPDATE users SET bio = bio"))
        assert others_can_write(app) == (db.engine.dialect.name != "sqlite")


@pytest.mark.parametrize("place", PLACES)
def test_no_write_transaction_is_open_while_a_hash_runs(app, client, hashes, place):
    user = make_account()
    if place == "confirm":
        link = register(app, app.test_client())
    hashes.clear()
    if place == "sign-in":
        answer = client.submit("/sign-in", {"email": user.email, "password": PASSWORD})
    elif place == "wrong sign-in":
        answer = client.submit("/sign-in", {"email": "x@example.org", "password": PASSWORD})
    elif place == "register":
        form = {"email": "dora@example.org", "display_name": "Dora", "password": PASSWORD}
        answer = client.submit("/register", form)
    elif place == "confirm":
        answer = client.submit(link, {"password": PASSWORD})
    elif place == "reset":
        with transaction():
            token = issue_token(user, Purpose.RESET_PASSWORD)
        answer = client.submit(f"/reset/{token}", {"password": NEW_PASSWORD})
    elif place == "change":
        client.sign_in(user)
        answer = client.submit("/account/password", {"password": NEW_PASSWORD})
    else:
        client.sign_in(user)
        answer = client.submit("/verify", {"password": PASSWORD})
    assert answer.status_code == (422 if place == "wrong sign-in" else 303)
    assert hashes == [(False, True)]
