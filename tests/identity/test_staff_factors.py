"""Staff do nothing without a second factor, and keep one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import RoleGrant, UserSession
from community.identity.policies import has_strong_sign_in
from community.identity.queries import has_second_factor
from tests.client import ForumClient
from tests.factories.community import make_board, make_user
from tests.identity.accounts import PASSWORD, make_account
from tests.identity.authenticator import Authenticator
from tests.identity.factors import (
    challenge,
    make_codes,
    make_passkey,
    make_totp,
    passkeys_of,
    set_up_app,
    shown_code,
)

STAFF = ("moderator", "agent", "admin")
OPEN = ("/account/factors", "/healthz", "/readyz", "/robots.txt", "/manifest.webmanifest")
SHUT = ("/", "/questions", "/tags", "/preferences", "/notifications", "/account/sessions")


@pytest.fixture(params=STAFF)
def staff(app: Flask, request: pytest.FixtureRequest):
    return make_account(role=request.param)


@pytest.fixture
def browser(client: ForumClient, staff) -> ForumClient:
    return client.sign_in(staff, second_factor=False)


def test_staff_without_a_second_factor_reach_only_setting_one_up(browser):
    for address in SHUT:
        answer = browser.get(address)
        assert (answer.status_code, answer.location) == (302, "/account/factors"), address
    assert browser.submit("/questions", {}).location == "/account/factors"
    assert browser.get("/notifications/count", headers={"HX-Request": "true"}).status_code == 403
    for address in OPEN:
        assert browser.get(address).status_code == 200, address
    assert "First set up a second factor" in browser.get("/account/factors").text


def test_language_theme_and_sign_out_stay_within_reach(browser):
    assert browser.submit("/language", {"language": "de", "next": "/"}).location == "/"
    assert browser.submit("/theme", {"theme": "dark", "next": "/"}).location == "/"
    assert browser.submit("/sign-out").location == "/"
    assert browser.get("/").status_code == 200


def test_setting_one_up_opens_the_site(browser, staff):
    set_up_app(browser, staff)
    assert browser.get("/questions").status_code == 200


def test_a_passkey_opens_the_site_too(browser):
    make_passkey(browser)
    assert browser.get("/questions").status_code == 200


def test_who_has_one_but_has_not_shown_it_is_asked_for_it(app, staff):
    make_totp(staff)
    browser = app.test_client().sign_in(staff, second_factor=False)
    answer = browser.get("/questions")
    assert (answer.status_code, answer.location) == (302, "/verify?next=/questions")
    shown = browser.submit("/verify", {"code": shown_code(staff.id), "next": "/questions"})
    assert shown.location == "/questions"
    assert browser.get("/questions").status_code == 200


def test_the_password_does_not_stand_in_for_it(app, staff):
    make_totp(staff)
    browser = app.test_client().sign_in(staff, second_factor=False)
    assert browser.submit("/verify", {"password": PASSWORD}).status_code == 422
    assert browser.get("/questions").status_code == 302
    assert browser.remove("/account/factors/totp").location.startswith("/verify")


def test_staff_of_one_board_are_staff(app, client):
    user, board = make_user(), make_board()
    with transaction():
        db.session.add(RoleGrant(user_id=user.id, name="moderator", board_id=board.id))
    browser = client.sign_in(user, second_factor=False)
    assert browser.get("/questions").location == "/account/factors"


@pytest.mark.parametrize("role", ["member", "superuser"])
def test_others_need_none(client, role):
    browser = client.sign_in(make_user(role=role), second_factor=False)
    assert browser.get("/questions").status_code == 200


def test_the_last_factor_stays(browser, staff):
    set_up_app(browser, staff)
    answer = browser.remove("/account/factors/totp")
    assert answer.status_code == 409
    assert has_second_factor(staff.id)
    make_passkey(browser)
    assert browser.remove("/account/factors/totp").location == "/account/factors"
    passkey = passkeys_of(staff)[0]
    assert browser.remove(f"/account/factors/passkeys/{passkey.id}").status_code == 409
    assert len(passkeys_of(staff)) == 1


@pytest.fixture
def lenient(app: Flask) -> Iterator[None]:
    """Switch the requirement off, as a demo may."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, require_second_factor=False)
    yield
    app.config["SETTINGS"] = before


@pytest.mark.usefixtures("lenient")
def test_a_demo_may_do_without(browser, staff):
    assert browser.get("/questions").status_code == 200
    set_up_app(browser, staff)
    assert browser.remove("/account/factors/totp").location == "/account/factors"
    assert not has_second_factor(staff.id)


def test_a_strong_sign_in_is_one_with_a_second_factor():
    assert not has_strong_sign_in(None)
    assert not has_strong_sign_in(UserSession(second_factor_at=None))
    assert has_strong_sign_in(UserSession(second_factor_at=clock.now()))


@pytest.fixture
def protected(app: Flask, client: ForumClient):
    """A member with an app, whose last proof was eleven minutes ago."""
    user = make_account()
    make_totp(user)
    client.sign_in(user)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        yield user


FACTORS = "/account/factors"


def test_who_has_an_app_proves_it_with_a_code(client, protected):
    assert client.remove(f"{FACTORS}/totp").location.startswith("/verify")
    with client.session_transaction() as session:
        before = session["_user_id"]
    assert 'name="password"' not in client.get("/verify").text
    answer = client.submit("/verify", {"code": shown_code(protected.id), "next": FACTORS})
    assert (answer.status_code, answer.location) == (303, FACTORS)
    with client.session_transaction() as session:
        assert session["_user_id"] != before
    assert client.remove(f"{FACTORS}/totp").location == FACTORS


def test_a_recovery_code_proves_it_once(client, protected):
    code = make_codes(protected)[0]
    assert client.submit("/verify", {"code": code}).status_code == 303
    assert client.submit("/verify", {"code": code}).status_code == 422


def test_a_code_used_at_sign_in_proves_nothing_more(client, protected):
    code = shown_code(protected.id)
    assert client.submit("/verify", {"code": code}).status_code == 303
    assert client.submit("/verify", {"code": code}).status_code == 422


def test_five_wrong_codes_end_the_proving(client, protected):
    for _ in range(4):
        assert client.submit("/verify", {"code": "000000"}).status_code == 422
    assert client.submit("/verify", {"code": "000000"}).status_code == 429
    right = client.submit("/verify", {"code": shown_code(protected.id)})
    assert right.status_code == 429
    assert "Retry-After" in right.headers


def test_a_fresh_proof_without_the_factor_is_not_enough(client, protected):
    with transaction():
        db.session.execute(update(UserSession).values(verified_at=clock.now()))
    assert client.remove(f"{FACTORS}/totp").location.startswith("/verify")


def test_who_has_no_password_is_sent_a_link(client):
    user = make_user()
    page = client.sign_in(user, second_factor=False).get("/verify?next=/tags").text
    assert 'name="password"' not in page
    assert f'name="email" value="{user.email}"' in page
    assert client.submit("/verify", {"password": ""}).status_code == 422


def test_a_passkey_proves_it(app, client):
    user = make_account()
    device = make_passkey(client.sign_in(user), Authenticator(verifies_user=False))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        answer = device.sign_in(challenge(client, "/verify/challenge"))
        shown = client.submit("/verify", {"credential": answer, "next": FACTORS})
        assert shown.location == FACTORS
        assert client.submit(f"{FACTORS}/totp").location == f"{FACTORS}/totp"


def test_anothers_passkey_proves_nothing(app, client):
    make_passkey(client.sign_in(make_account()))
    device = make_passkey(app.test_client().sign_in(make_account()))
    answer = device.sign_in(challenge(client, "/verify/challenge"))
    assert client.submit("/verify", {"credential": answer}).status_code == 422


def test_the_goal_after_a_factor_stays_on_this_site(client, protected):
    form = {"code": shown_code(protected.id), "next": "https://evil.example/"}
    assert client.submit("/verify", form).location == "/"
