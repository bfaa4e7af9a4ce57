"""What happens to second factors is told by mail and recorded, and secrets outlive a new key."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.identity.operations.codes import Outcome, use_code
from community.identity.operations.recovery_codes import hash_typed_code
from community.identity.operations.totp import use_totp
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.identity.factors import (
    make_codes,
    make_passkey,
    make_totp,
    passkeys_of,
    set_up_app,
    shown_code,
)
from tests.mailbox import sent_mails


@pytest.fixture
def user(app: Flask):
    return make_user(email="jana@example.org")


@pytest.fixture
def browser(client: ForumClient, user) -> ForumClient:
    return client.sign_in(user, second_factor=False)


def subjects(app: Flask) -> list[str]:
    mails = sent_mails(app)
    assert all(mail.to == ["jana@example.org"] for mail in mails)
    return sorted(mail.subject for mail in mails)


def test_the_owner_hears_of_an_app_and_of_new_codes(app, browser, user):
    set_up_app(browser, user)
    assert subjects(app) == ["An authenticator app was set up", "You have new recovery codes"]


def test_the_owner_hears_of_a_removed_app(app, browser, user):
    make_totp(user)
    browser.sign_in(user)
    browser.remove("/account/factors/totp")
    (mail,) = sent_mails(app)
    assert mail.subject == "Your authenticator app was removed"
    assert "http://localhost/account/factors" in mail.body


def test_the_owner_hears_of_passkeys(app, browser, user):
    make_passkey(browser)
    browser.remove(f"/account/factors/passkeys/{passkeys_of(user)[0].id}")
    assert subjects(app) == [
        "A passkey was added",
        "A passkey was removed",
        "You have new recovery codes",
    ]


def test_what_was_not_carried_out_is_told_to_nobody(app, browser, user):
    browser.submit("/account/factors/totp")
    browser.submit("/account/factors/totp/confirmation", {"code": "000000"})
    browser.remove("/account/factors/totp")
    assert sent_mails(app) == []


def enter(user, code: str) -> Outcome:
    with transaction():
        return use_code(user, code, hash_typed_code(user.id, code), attempt="one")


def test_the_owner_hears_of_a_used_recovery_code(app):
    user = make_user(email="jana@example.org", language="de")
    make_totp(user)
    assert enter(user, make_codes(user)[0]) is Outcome.RIGHT
    (mail,) = sent_mails(app)
    assert mail.subject == "Ein Notfall-Code wurde benutzt"
    with transaction():
        (entry,) = db.session.scalars(select(AuditEntry))
    assert (entry.action, entry.after) == ("recovery_code.used", {"left": 9})


def test_the_owner_hears_once_of_five_wrong_codes(app, user):
    make_totp(user)
    outcomes = [enter(user, "000000") for _ in range(8)]
    assert outcomes == [Outcome.WRONG] * 4 + [Outcome.EXHAUSTED] * 4
    (mail,) = sent_mails(app)
    assert mail.subject == "Wrong codes for your account"
    assert "http://localhost/reset" in mail.body


@pytest.fixture
def change_key(app: Flask) -> Iterator[object]:
    """Change the site's secret key; former ones are named behind it."""
    before = app.config["SETTINGS"]

    def change(secret_key: str, *former: str) -> None:
        keys = {"secret_key": secret_key, "secret_key_fallbacks": ",".join(former)}
        app.config["SETTINGS"] = replace(before, **keys)

    yield change
    app.config["SETTINGS"] = before


OLD, NEW = "the key of last year 0123456789abcdef", "the key of this year 0123456789abcdef"


def test_an_app_outlives_a_new_key_and_needs_the_former_one_but_once(user, change_key):
    change_key(OLD)
    make_totp(user)
    change_key(NEW, OLD)
    with transaction():
        assert use_totp(user.id, shown_code(user.id))
    change_key(NEW)
    with transaction():
        assert use_totp(user.id, shown_code(user.id, 1))
