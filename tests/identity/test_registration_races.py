"""A registration that is confirmed, repeated and forgotten at the same moment."""

import threading
from datetime import timedelta

import pytest
from flask_security import hash_password
from sqlalchemy import text

from community.core import clock
from community.core.db import db, transaction
from community.identity.operations import registration as registrations
from community.identity.operations.registration import (
    KEPT_DAYS,
    Registration,
    keep_registration,
    prune_registrations,
)
from community.identity.queries import get_user_by_email
from tests.factories.community import reload
from tests.identity.accounts import is_signed_in, register, sign_in

EMAIL = "jana@example.org"
FOREIGN = "chosen by a stranger"


@pytest.fixture
def on_postgresql(database_kind):
    """SQLite has one writer at a time: there is no race to lose."""
    if database_kind != "postgresql":
        pytest.skip("runs on PostgreSQL")


def _repeated():
    return Registration(
        email=EMAIL, display_name="Evil", password_hash=hash_password(FOREIGN), language="en"
    )


def _is_somebody_waiting():
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with db.engine.connect() as connection:
        return bool(connection.execute(waiting).scalar())


def _wait_for_lock(thread):
    """Return once a transaction waits for a lock, or has gone through without."""
    for _time in range(200):
        if not thread.is_alive() or _is_somebody_waiting():
            return
        thread.join(0.05)


def _in_thread(app, act):
    def work():
        with app.app_context():
            try:
                act()
            finally:
                db.session.remove()

    return threading.Thread(target=work)


def _confirm_while(app, client, monkeypatch, link, act):
    """Confirm a registration; ``act`` begins before that and has to wait for its end."""
    thread = _in_thread(app, act)
    real = registrations.agree_to_terms

    def confirm_slowly(*values):
        real(*values)
        thread.start()
        _wait_for_lock(thread)

    monkeypatch.setattr("community.identity.operations.registration.agree_to_terms", confirm_slowly)
    assert client.submit(link).status_code == 303
    thread.join(30)


@pytest.mark.usefixtures("on_postgresql")
def test_a_repeated_registration_does_not_reach_an_account_confirmed_meanwhile(
    app, client, monkeypatch
):
    link, outcomes = register(app, client), []

    def repeat():
        with transaction():
            outcomes.append(keep_registration(_repeated()))

    _confirm_while(app, client, monkeypatch, link, repeat)
    assert outcomes == [None]
    assert is_signed_in(client)
    stranger, owner = app.test_client(), app.test_client()
    assert sign_in(stranger, EMAIL, password=FOREIGN).status_code == 422
    assert not is_signed_in(stranger)
    assert sign_in(owner, EMAIL).status_code == 303


@pytest.mark.usefixtures("on_postgresql")
def test_a_link_does_not_confirm_a_registration_repeated_meanwhile(app, client):
    link, answers = register(app, client), []
    confirming = _in_thread(app, lambda: answers.append(client.submit(link)))
    with transaction():
        keep_registration(_repeated())
        confirming.start()
        _wait_for_lock(confirming)
    confirming.join(30)
    assert [answer.status_code for answer in answers] == [422]
    assert not is_signed_in(client)
    with transaction():
        assert get_user_by_email(EMAIL).is_pending


@pytest.mark.usefixtures("on_postgresql")
def test_pruning_spares_an_account_confirmed_meanwhile(app, client, monkeypatch):
    link = register(app, client)
    with transaction():
        user = get_user_by_email(EMAIL)
        user.created_at = clock.now() - timedelta(days=KEPT_DAYS + 1)

    def prune():
        with transaction():
            prune_registrations()

    _confirm_while(app, client, monkeypatch, link, prune)
    assert reload(user).active
    assert is_signed_in(client)
