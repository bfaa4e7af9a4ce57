"""Before something grave the owner proves to be there, at most ten minutes ago."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from community.core import clock
from community.core.web import current_viewer
from community.identity.signing_in import current_session, recently_verified
from tests.client import ForumClient
from tests.identity.accounts import PASSWORD, make_account, sign_in


@pytest.fixture
def grave_app(settings):
    from community.app import create_app
    from community.core.db import db

    app = create_app(settings)
    app.test_client_class = ForumClient

    @app.route("/grave", methods=["GET", "POST"])
    @recently_verified
    def grave():
        return f"done by {current_viewer().viewer_id}"

    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(app, grave_app: Flask):
    client = grave_app.test_client()
    sign_in(client, make_account(email="jana@example.org").email)
    return client


def test_ten_minutes_after_signing_in_nobody_is_asked(browser):
    with time_machine.travel(clock.now() + timedelta(minutes=9), tick=False):
        assert browser.get("/grave").text.startswith("done")
        assert browser.submit("/grave").status_code == 200


def test_later_the_password_is_asked_and_leads_back(browser):
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        asked = browser.get("/grave?x=1")
        assert (asked.status_code, asked.location) == (303, "/verify?next=/grave?x%3D1")
        assert browser.submit("/grave").status_code == 303
        wrong = browser.submit("/verify", {"password": "wrong", "next": "/grave"})
        assert wrong.status_code == 422
        assert "wrong" not in wrong.text
        assert browser.get("/grave").status_code == 303
        right = browser.submit("/verify", {"password": PASSWORD, "next": "/grave?x=1"})
        assert (right.status_code, right.location) == (303, "/grave?x=1")
        assert browser.get("/grave").status_code == 200


def test_proving_changes_the_sessions_token(browser):
    with browser.session_transaction() as session:
        before = session["_user_id"]
    browser.submit("/verify", {"password": PASSWORD})
    with browser.session_transaction() as session:
        assert session["_user_id"] != before
    assert browser.get("/grave").status_code == 200


def test_a_fragment_is_led_to_the_page_that_asks(browser):
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/tags"}
        answer = browser.submit("/grave", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["HX-Redirect"] == "/verify?next=/tags"


def test_guests_have_nothing_to_prove(client):
    assert client.get("/verify").location.startswith("/sign-in")
    assert client.submit("/verify", {"password": PASSWORD}).location.startswith("/sign-in")
    with client.application.test_request_context():
        assert current_session() is None


def test_the_goal_stays_on_this_site(browser):
    answer = browser.submit("/verify", {"password": PASSWORD, "next": "https://evil.example/"})
    assert answer.location == "/"
