"""Setting up and removing second factors on the pages."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.identity.models import RecoveryCode, TotpFactor
from community.identity.queries import count_recovery_codes, has_second_factor
from community.identity.recovery import CODES
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.identity.authenticator import Authenticator
from tests.identity.factors import (
    challenge,
    make_passkey,
    make_totp,
    passkeys_of,
    set_up_app,
    shown_code,
)

CODE = re.compile(r"<code>([0-9A-Z-]{14})</code>")


def actions(user) -> list[str]:
    with transaction():
        query = select(AuditEntry).where(AuditEntry.subject_id == user.id).order_by(AuditEntry.id)
        return [entry.action for entry in db.session.scalars(query)]


@pytest.fixture
def user(app: Flask):
    return make_user()


@pytest.fixture
def browser(client: ForumClient, user) -> ForumClient:
    return client.sign_in(user, second_factor=False)


def test_an_app_is_set_up_with_its_first_code(browser, user):
    assert browser.submit("/account/factors/totp").location == "/account/factors/totp"
    page = browser.get("/account/factors/totp")
    assert '<svg class="qr"' in page.text
    assert "otpauth://totp/" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    done = browser.submit("/account/factors/totp/confirmation", {"code": shown_code(user.id)})
    assert len(CODE.findall(done.text)) == CODES
    assert has_second_factor(user.id)
    assert actions(user) == ["factor.added", "recovery_codes.renewed"]


def test_the_secret_is_shown_until_it_is_in_use_and_never_after(browser, user):
    set_up_app(browser, user)
    assert browser.get("/account/factors/totp").location == "/account/factors"
    with transaction():
        stored = db.session.get_one(TotpFactor, user.id).secret
    assert "otpauth" not in browser.get("/account/factors").text
    assert len(stored) > 60


@pytest.mark.parametrize("code", ["", "000000", "12345", "letters", "1" * 300])
def test_an_app_that_shows_another_code_is_not_taken(browser, user, code):
    browser.submit("/account/factors/totp")
    answer = browser.submit("/account/factors/totp/confirmation", {"code": code})
    assert answer.status_code == 422
    assert "data-error-summary" in answer.text
    assert '<svg class="qr"' in answer.text
    assert not has_second_factor(user.id)


def test_beginning_again_voids_the_first_secret(browser, user):
    browser.submit("/account/factors/totp")
    first = shown_code(user.id)
    browser.submit("/account/factors/totp")
    answer = browser.submit("/account/factors/totp/confirmation", {"code": first})
    assert answer.status_code == 422 or first == shown_code(user.id)


def test_an_app_in_use_is_not_replaced(browser, user):
    set_up_app(browser, user)
    assert browser.submit("/account/factors/totp").status_code == 409
    again = browser.submit("/account/factors/totp/confirmation", {"code": shown_code(user.id, 1)})
    assert again.location == "/account/factors"


def test_removing_the_app_takes_the_recovery_codes_along(browser, user):
    set_up_app(browser, user)
    assert browser.remove("/account/factors/totp").location == "/account/factors"
    assert not has_second_factor(user.id)
    assert count_recovery_codes(user.id) == 0
    assert actions(user)[-1] == "factor.removed"
    assert browser.remove("/account/factors/totp").status_code == 404


def test_setting_up_shows_the_factor_to_this_session_and_changes_its_token(browser, user):
    with browser.session_transaction() as session:
        before = session["_user_id"]
    set_up_app(browser, user)
    with browser.session_transaction() as session:
        assert session["_user_id"] != before
    assert browser.get("/account/factors/totp").location == "/account/factors"


def test_a_passkey_is_added_named_and_removed(browser, user):
    make_passkey(browser)
    (passkey,) = passkeys_of(user)
    assert passkey.name == "My phone"
    assert passkey.transports == ["internal", "hybrid"]
    page = browser.get("/account/factors").text
    assert "My phone" in page
    address = f"/account/factors/passkeys/{passkey.id}"
    assert browser.submit(address, {"name": " Work  key "}).location == "/account/factors"
    assert passkeys_of(user)[0].name == "Work key"
    assert browser.remove(address).location == "/account/factors"
    assert passkeys_of(user) == []
    assert actions(user) == ["factor.added", "recovery_codes.renewed", "factor.removed"]


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_passkeys_name_can_be_shown(browser, user, name):
    make_passkey(browser)
    address = f"/account/factors/passkeys/{passkeys_of(user)[0].id}"
    answer = browser.submit(address, {"name": name})
    assert answer.status_code == 422
    assert passkeys_of(user)[0].name == "My phone"
    options = challenge(browser, "/account/factors/passkeys/challenge")
    form = {"name": name, "credential": Authenticator().register(options)}
    assert browser.submit("/account/factors/passkeys", form).status_code == 422
    assert len(passkeys_of(user)) == 1


def test_anothers_passkey_is_not_found(app, browser, user):
    make_passkey(browser)
    address = f"/account/factors/passkeys/{passkeys_of(user)[0].id}"
    other = app.test_client().sign_in(make_user())
    assert other.submit(address, {"name": "Mine"}).status_code == 404
    assert other.remove(address).status_code == 404
    assert [passkey.name for passkey in passkeys_of(user)] == ["My phone"]


def test_a_second_passkey_knows_its_owner_by_the_same_mark(browser, user):
    first, second = make_passkey(browser), make_passkey(browser)
    assert first.user_handle == second.user_handle
    assert str(user.id).encode() != first.user_handle


def refused(browser: ForumClient, user, answer: str, number: int = 0) -> bool:
    form = {"name": "Forged", "credential": answer}
    response = browser.submit("/account/factors/passkeys", form)
    return response.status_code == 422 and len(passkeys_of(user)) == number


REGISTRATION = "/account/factors/passkeys/challenge"


def test_a_passkey_of_another_site_is_refused(browser, user):
    device = Authenticator(origin="http://evil.example")
    assert refused(browser, user, device.register(challenge(browser, REGISTRATION)))


def test_a_challenge_registers_once(app, browser, user):
    options = challenge(browser, REGISTRATION)
    with browser.session_transaction() as session:
        cookie = dict(session)
    assert not refused(browser, user, Authenticator().register(options))
    assert refused(browser, user, Authenticator().register(options), 1)
    with browser.session_transaction() as session:
        session["passkey_challenge"] = cookie["passkey_challenge"]
    assert refused(browser, user, Authenticator().register(options), 1)


def test_a_challenge_is_of_one_browser(app, browser, user):
    elsewhere = app.test_client().sign_in(user)
    options = challenge(elsewhere, REGISTRATION)
    assert refused(browser, user, Authenticator().register(options))


def test_a_challenge_for_something_else_registers_nothing(browser, user):
    options = challenge(browser, "/verify/challenge")
    options["user"] = {"id": "AAAA"}
    assert refused(browser, user, Authenticator().register(options))


def test_an_old_challenge_registers_nothing(browser, user):
    options = challenge(browser, REGISTRATION)
    with time_machine.travel(clock.now() + timedelta(minutes=7), tick=False):
        assert refused(browser, user, Authenticator().register(options))


def test_a_passkey_belongs_to_one_account(app, browser, user):
    device = make_passkey(browser)
    other = make_user()
    elsewhere = app.test_client().sign_in(other)
    copied = Authenticator(credential_id=device.credential_id)
    assert refused(elsewhere, other, copied.register(challenge(elsewhere, REGISTRATION)))


def test_nothing_answered_registers_nothing(browser, user):
    challenge(browser, REGISTRATION)
    assert refused(browser, user, "")


def test_new_recovery_codes_void_the_old_ones(browser, user):
    set_up_app(browser, user)
    with transaction():
        before = set(db.session.scalars(select(RecoveryCode.code_hash)))
    page = browser.submit("/account/factors/recovery-codes")
    codes = CODE.findall(page.text)
    assert len(set(codes)) == CODES
    assert 'download="recovery-codes.txt"' in page.text
    assert "no-store" in page.headers["Cache-Control"]
    with transaction():
        after = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert len(after) == CODES
    assert not before & after
    assert not any(code in browser.get("/account/factors").text for code in codes)
    assert "10 codes are left" in browser.get("/account/factors").text


def test_recovery_codes_need_something_to_recover(browser, user):
    assert browser.submit("/account/factors/recovery-codes").status_code == 404
    assert count_recovery_codes(user.id) == 0


CHANGES = [
    ("POST", "/account/factors/totp"),
    ("DELETE", "/account/factors/totp"),
    ("POST", "/account/factors/totp/confirmation"),
    ("POST", "/account/factors/recovery-codes"),
    ("POST", "/account/factors/passkeys"),
    ("POST", "/account/factors/passkeys/challenge"),
    ("POST", "/account/factors/passkeys/1"),
    ("DELETE", "/account/factors/passkeys/1"),
]


def sent(browser: ForumClient, method: str, address: str):
    return browser.remove(address) if method == "DELETE" else browser.submit(address)


@pytest.mark.parametrize(("method", "address"), CHANGES)
def test_ten_minutes_later_every_change_asks_for_a_proof(browser, method, address):
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        answer = sent(browser, method, address)
        assert (answer.status_code, answer.location[:7]) == (303, "/verify")
        assert browser.get("/account/factors").status_code == 200


@pytest.mark.parametrize(("method", "address"), CHANGES)
def test_a_session_that_never_showed_the_factor_must_show_it_first(app, user, method, address):
    browser = app.test_client().sign_in(user, second_factor=False)
    make_totp(user)
    answer = sent(browser, method, address)
    assert (answer.status_code, answer.location[:7]) == (303, "/verify")
    assert has_second_factor(user.id)


@pytest.mark.parametrize(("method", "address"), CHANGES)
def test_guests_change_nothing(client, method, address):
    assert sent(client, method, address).location.startswith("/sign-in")
