"""Sessions are rows: they begin at listed doors and end in time; a copy is worth nothing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.app import create_app
from community.core import clock
from community.core.db import db, transaction
from community.identity.models import UserSession
from community.identity.operations.sessions import MOST_SESSIONS, end_sessions, hash_of
from community.identity.policies import IDLE, LONGEST, STAFF_IDLE, STAFF_LONGEST
from community.identity.signing_in import SESSION_STARTERS, UnlistedDoor, begin_session
from tests.client import ForumClient
from tests.factories.community import make_user, reload
from tests.identity.accounts import is_signed_in, make_account, sign_in
from tests.source import application

HOUR = timedelta(hours=1)


def copy_of(client):
    """A browser with a copy of all cookies of another."""
    copied = client.application.test_client()
    for cookie in client._cookies.values():
        copied.set_cookie(cookie.key, cookie.value)
    return copied


def token_in(client):
    with client.session_transaction() as session:
        return session.get("_user_id")


def rows():
    """All sessions as they are now, not as an earlier read saw them."""
    db.session.rollback()
    return db.session.scalars(select(UserSession).order_by(UserSession.id)).all()


def test_the_database_holds_no_token(client):
    sign_in(client, make_account().email)
    token = token_in(client)
    assert len(token) >= 43
    (row,) = rows()
    assert row.token_hash == hash_of(token) != token


def test_a_copied_cookie_is_dead_after_signing_out(client):
    sign_in(client, make_account().email)
    thief = copy_of(client)
    assert is_signed_in(thief)
    client.submit("/sign-out")
    assert not is_signed_in(thief)
    assert rows() == []


def test_signing_out_here_leaves_other_devices_alone(app, client):
    user = make_account()
    other = app.test_client()
    sign_in(client, user.email)
    sign_in(other, user.email)
    client.submit("/sign-out")
    assert is_signed_in(other)


def test_a_planted_token_is_replaced_at_sign_in(client):
    """Session fixation: who planted a session before the sign-in has nothing afterwards."""
    planter = make_account()
    sign_in(client, planter.email)
    planted = copy_of(client)
    before = token_in(client)
    client.submit("/sign-out")
    sign_in(client, make_account().email)
    assert token_in(client) != before
    assert not is_signed_in(planted)


def test_a_guests_cookie_is_no_session_after_its_owner_signed_in(client):
    client.get("/sign-in")
    guest = copy_of(client)
    sign_in(client, make_account().email)
    assert not is_signed_in(guest)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "1", "None"])
def test_a_made_up_token_is_no_session(client, token):
    make_user()
    with client.session_transaction() as session:
        session["_user_id"] = token
    assert not is_signed_in(client)


def test_the_hash_of_a_token_is_no_token(client):
    sign_in(client, make_account().email)
    stolen = client.application.test_client()
    with stolen.session_transaction() as session:
        session["_user_id"] = hash_of(token_in(client))
    assert not is_signed_in(stolen)


def test_a_disabled_account_is_out_everywhere_at_the_next_request(app, client):
    user = make_account()
    sign_in(client, user.email)
    with transaction():
        reload(user).active = False
    assert not is_signed_in(client)


def test_ending_all_sessions_is_seen_by_every_worker(app, client, settings):
    user = make_account()
    sign_in(client, user.email)
    second_worker = create_app(settings)
    second_worker.test_client_class = ForumClient
    elsewhere = second_worker.test_client()
    elsewhere.set_cookie("session", client.get_cookie("session").value)
    assert is_signed_in(elsewhere)
    with transaction():
        assert end_sessions(user.id) == 1
    answers = [elsewhere.get("/preferences").status_code for _ in range(20)]
    assert answers == [302] * 20
    with second_worker.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("role", "idle", "longest"),
    [("member", IDLE, LONGEST), ("agent", STAFF_IDLE, STAFF_LONGEST)],
)
def test_a_session_ends_when_idle_and_when_old(client, role, idle, longest):
    start = clock.now()
    with time_machine.travel(start, tick=False) as time:
        client.sign_in(make_user(role=role))
        time.move_to(start + idle - HOUR)
        assert is_signed_in(client)
        time.move_to(start + idle - HOUR + idle + HOUR)
        assert not is_signed_in(client)
    with time_machine.travel(start, tick=False) as time:
        client.sign_in(make_user(role=role))
        while clock.now() + idle / 2 < start + longest:
            time.shift(idle / 2)
            assert is_signed_in(client)
        time.move_to(start + longest + HOUR)
        assert not is_signed_in(client)


def test_reading_keeps_a_session_alive_and_writes_at_most_once_an_hour(client):
    start = clock.now()
    seen = []
    with time_machine.travel(start, tick=False) as time:
        client.sign_in(make_user())
        for _ in range(5):
            time.shift(timedelta(minutes=30))
            assert is_signed_in(client)
            seen.append(rows()[0].last_seen_at)
    assert len(set(seen)) == 2
    assert seen[-1] - start == timedelta(minutes=90)


def test_the_list_shows_the_devices_and_signs_one_out(app, client):
    user = make_account()
    phone = app.test_client()
    agent = "Mozilla/5.0 (Android 15; Mobile) Gecko/140.0 Firefox/140.0"
    phone.submit(
        "/sign-in",
        {"email": user.email, "password": "ferry boat lantern"},
        headers={"User-Agent": agent},
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    sign_in(client, user.email)
    page = client.get("/account/sessions").text
    assert "Firefox, Android" in page
    assert "203.0.113.0/24" in page
    assert "203.0.113.77" not in page
    (row,) = [row for row in rows() if row.device]
    assert client.remove(f"/account/sessions/{row.id}").status_code == 303
    assert not is_signed_in(phone)
    assert is_signed_in(client)


def test_nobody_ends_the_session_of_somebody_else(app, client):
    sign_in(client, make_account().email)
    stranger = app.test_client().sign_in(make_user())
    row_id = rows()[0].id
    assert stranger.remove(f"/account/sessions/{row_id}").status_code == 303
    assert is_signed_in(client)


def test_one_button_signs_out_everywhere_else(app, client):
    user = make_account()
    others = [app.test_client() for _ in range(3)]
    for browser in (client, *others):
        sign_in(browser, user.email)
    client.remove("/account/sessions")
    assert is_signed_in(client)
    assert not any(is_signed_in(other) for other in others)


@pytest.mark.parametrize("address", ["/account/sessions", "/account/sessions/{id}"])
def test_ending_other_sessions_takes_a_fresh_proof(app, client, address):
    """Who found an open browser must not shut the owner out. Source: ASVS 5.0 §7.5.2."""
    user = make_account()
    other = app.test_client()
    sign_in(other, user.email)
    other_id = rows()[0].id
    sign_in(client, user.email)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        answer = client.remove(address.format(id=other_id))
        assert answer.location.startswith("/verify?")
        assert is_signed_in(other)
        own_id = rows()[1].id
        assert client.remove(f"/account/sessions/{own_id}").location == "/"
        assert not is_signed_in(client)


def test_of_too_many_sessions_the_least_used_ends(app):
    user = make_user()
    browsers = [app.test_client().sign_in(user) for _ in range(MOST_SESSIONS + 1)]
    assert len(rows()) == MOST_SESSIONS
    assert not is_signed_in(browsers[0])
    assert is_signed_in(browsers[1])
    assert is_signed_in(browsers[-1])


def test_a_post_that_does_not_mean_delete_ends_nothing(client):
    client.sign_in(make_user())
    assert client.submit("/account/sessions").status_code == 405
    assert is_signed_in(client)


def test_every_door_on_the_list_exists(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints >= SESSION_STARTERS


def test_no_session_begins_at_a_door_that_is_not_listed(app):
    user = make_user()
    doors = [r for r in app.url_map.iter_rules() if r.endpoint not in SESSION_STARTERS]
    assert len(doors) > 40
    for rule in doors:
        with app.test_request_context() as context:
            context.request.url_rule = rule
            with pytest.raises(UnlistedDoor):
                begin_session(user, method="test", second_factor=False, remember=False)
    assert rows() == []


def test_only_the_one_door_logs_in():
    """Nobody but ``signing_in`` calls Flask-Login or opens a session row."""
    for name in ("login_user(", "open_session("):
        callers = {s.path for s in application() if name in s.text.replace(f"def {name}", "")}
        assert callers == {"community/identity/signing_in.py"}, name


def test_signing_in_keeps_the_stay_only_when_asked(client):
    user = make_account()
    sign_in(client, user.email)
    assert client.get_cookie("session").expires is None
    client.submit("/sign-out")
    sign_in(client, user.email, remember="1")
    cookie = client.get_cookie("session")
    assert cookie.expires is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_over_https_the_cookie_is_bound_to_the_host(settings, tmp_path):
    from dataclasses import replace

    secure = create_app(replace(settings, site_url="https://forum.example"))
    assert secure.config["SESSION_COOKIE_NAME"] == "__Host-session"
    assert secure.config["SESSION_COOKIE_SECURE"]
