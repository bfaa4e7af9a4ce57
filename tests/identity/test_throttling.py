"""Guessing is slowed by account and by address; owners and mail boxes are left in peace."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
import time_machine
from flask import Response

from community.core import clock
from community.core.db import transaction
from community.identity import throttling
from community.identity.throttling import (
    TooManyAccounts,
    TooManyTries,
    count_attempt,
    count_registration,
    may_send_requested_mail,
    note_success,
    notice_due_at,
    remember_device,
)

EMAIL = "jana@example.org"


@pytest.fixture
def now(limits_on):
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as traveller:
        yield traveller


@contextmanager
def request_from(app, address="192.0.2.1", cookie=None):
    headers = {"Cookie": cookie} if cookie else {}
    environ = {"REMOTE_ADDR": address}
    with app.test_request_context("/sign-in", headers=headers, environ_base=environ):
        yield


def guess(app, email=EMAIL, what="password", **where):
    """Try once; returns how many seconds to wait, 0 for a try that was let through."""
    with request_from(app, **where):
        try:
            count_attempt(what, email)
        except TooManyTries as refusal:
            return refusal.retry_after_seconds
    return 0


def device_cookie(app, email=EMAIL, cookie=None):
    """Return the cookie of a browser in which the account was just signed in."""
    with request_from(app, cookie=cookie):
        remember_device(email)
        response = app.process_response(Response())
    (cookie,) = (c for c in response.headers.getlist("Set-Cookie") if c.startswith("device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    return cookie.partition(";")[0]


def test_five_wrong_tries_then_a_quarter_of_an_hour(app, now):
    waits = [guess(app) for _ in range(7)]
    assert waits[:5] == [0] * 5
    assert waits[5:] == [900, 900]
    now.shift(899)
    assert guess(app) == 1
    now.shift(1)
    assert [guess(app) for _ in range(6)] == [0] * 5 + [900]


def test_the_address_is_a_network_and_the_account_however_it_is_written(app, now):
    tries = [
        ("2001:db8::1", EMAIL),
        ("2001:db8::2", "JANA@example.org"),
        ("2001:db8::3", " jana@EXAMPLE.org "),
        ("2001:db8::4", EMAIL),
        ("2001:db8::5", EMAIL),
    ]
    assert [guess(app, email, address=address) for address, email in tries] == [0] * 5
    assert guess(app, address="2001:db8::6") > 0
    assert guess(app, address="2001:db8:0:1::6") == 0


def test_twenty_tries_from_anywhere_slow_an_account_ever_more(app, now):
    waits = [guess(app, address=f"192.0.2.{n}") for n in range(25)]
    assert waits == [0] * 20 + [3_600] * 5
    for _ in range(2):
        now.shift(3_600)
        assert [guess(app, address=f"198.51.100.{n}") for n in range(20)] == [0] * 20
    now.shift(3_600)
    # Sixty a day are used up: now it takes the rest of the day.
    assert guess(app, address="203.0.113.1") == 86_400 - 3 * 3_600


def test_other_accounts_and_other_secrets_have_counters_of_their_own(app, now):
    assert [guess(app) for _ in range(6)][-1] > 0
    assert guess(app, "mika@example.org") == 0
    assert guess(app, what="code") == 0


def test_the_owner_is_not_locked_out_of_a_known_browser(app, now):
    cookie = device_cookie(app)
    for n in range(20):
        guess(app, address=f"192.0.2.{n}")
    assert guess(app, address="203.0.113.9") > 0
    assert [guess(app, address="192.0.2.1", cookie=cookie) for _ in range(6)] == [0] * 5 + [900]


def test_a_known_browser_cannot_guess_without_end(app, now):
    cookie = device_cookie(app)
    let_through = 0
    for _ in range(12):
        let_through += sum(guess(app, cookie=cookie) == 0 for _ in range(10))
        now.shift(300)
    assert let_through <= 2 * 20


def test_a_browser_stays_known_when_the_secret_is_changed(app, now):
    before = app.config["SETTINGS"]
    cookie = device_cookie(app)
    new = "another-test-secret-that-is-long-enough-98765"
    try:
        app.config["SETTINGS"] = replace(
            before, rate_limits=True, secret_key=new, secret_key_fallbacks=before.secret_key
        )
        with request_from(app, cookie=cookie):
            assert throttling.is_device_known(EMAIL)
            assert not throttling.is_device_known("mika@example.org")
        # The next sign-in writes it anew, so that the former secret can be taken out.
        cookie = device_cookie(app, cookie=cookie)
        app.config["SETTINGS"] = replace(before, rate_limits=True, secret_key=new)
        with request_from(app, cookie=cookie):
            assert throttling.is_device_known(EMAIL)
            assert len(throttling._read_device()[1]) == 1
    finally:
        app.config["SETTINGS"] = before


def test_a_browser_is_known_for_the_accounts_it_was_used_with(app, now):
    cookie = device_cookie(app)
    assert [guess(app, "mika@example.org", cookie=cookie) for _ in range(6)][-1] > 0
    for n in range(throttling.ACCOUNTS_PER_DEVICE - 1):
        cookie = device_cookie(app, f"guest{n}@example.org", cookie)
    for _ in range(6):
        guess(app)
    assert guess(app, cookie=cookie) == 0
    cookie = device_cookie(app, "one-too-many@example.org", cookie)
    assert guess(app, cookie=cookie) > 0


@pytest.mark.parametrize(
    "forged", ["device=", "device=x", "device=W10.x", "device=WyJhIiwiYiJd.aaaa", "device=\x80"]
)
def test_a_forged_cookie_makes_no_browser_known(app, now, forged):
    for _ in range(5):
        guess(app)
    assert guess(app, cookie=forged) > 0


def test_a_changed_cookie_is_no_new_browser(app, now):
    cookie = device_cookie(app)
    other = device_cookie(app, "other@example.org")
    for n in range(20):
        guess(app, address=f"192.0.2.{n}")
    assert guess(app, address="203.0.113.9", cookie=other) > 0
    # Not its last letter, some bits of which mean nothing.
    changed = cookie[:-9] + ("x" if cookie[-9] != "x" else "y") + cookie[-8:]
    assert guess(app, address="203.0.113.9", cookie=changed) > 0


def test_success_takes_the_try_and_the_wrong_ones_before_it_back(app, now):
    for _ in range(4):
        guess(app)
    with request_from(app):
        note_success(count_attempt("password", EMAIL))
    assert [guess(app) for _ in range(6)] == [0] * 5 + [900]


def test_success_gives_strangers_no_more_tries(app, now):
    for n in range(19):
        guess(app, address=f"192.0.2.{n}")
    for _ in range(3):
        with request_from(app, address="203.0.113.1"):
            note_success(count_attempt("password", EMAIL))
    assert guess(app, address="203.0.113.2") == 0
    assert guess(app, address="203.0.113.3") > 0


def test_nothing_is_counted_while_limits_are_off(app):
    assert [guess(app) for _ in range(50)] == [0] * 50


def requested(address=EMAIL, **how):
    with transaction():
        return may_send_requested_mail(address, **how)


def noticed(address=EMAIL):
    with transaction():
        return (notice_due_at(address) - clock.now()).total_seconds()


def test_one_mail_box_gets_no_more_than_three_mails_an_hour_that_strangers_ask_for(app, now):
    assert [requested() for _ in range(6)] == [True] * 3 + [False] * 3
    assert requested("JANA@EXAMPLE.ORG") is False
    assert requested("mika@example.org") is True
    now.shift(3_600)
    assert requested() is True


def test_what_the_owner_must_hear_of_finds_room_or_waits_for_it(app, now):
    assert [requested() for _ in range(5)][-1] is False
    assert [noticed() for _ in range(2)] == [0, 0]
    assert noticed() == pytest.approx(3_600, abs=2)
    assert requested() is False


def test_strangers_leave_a_known_browser_one_mail_of_its_own(app, now):
    assert [requested() for _ in range(5)] == [True] * 3 + [False] * 2
    assert [requested(is_known=True) for _ in range(2)] == [True, False]
    assert requested() is False
    assert noticed() == 0
    assert noticed() > 0


def test_notices_that_wait_are_spread_and_keep_the_places_they_wait_for(app, now):
    waits = [noticed() / 3_600 for _ in range(13)]
    assert waits == [0] * 5 + [1] * 5 + [2] * 3
    now.shift(3_600)
    assert requested() is False
    assert noticed() / 3_600 == 1
    now.shift(2 * 3_600)
    assert requested() is True


def test_a_notice_waits_for_a_day_at_most(app, now):
    waits = [noticed() / 3_600 for _ in range(160)]
    assert max(waits) == 24
    assert max(waits.count(hours) for hours in range(24)) == 5


def test_three_accounts_a_day_from_one_address(app, now):
    def register(address):
        with request_from(app, address):
            count_registration()

    for _ in range(3):
        register("192.0.2.1")
    with pytest.raises(TooManyAccounts) as caught:
        register("192.0.2.1")
    assert caught.value.retry_after_seconds == 86_400
    register("192.0.2.2")
    now.shift(86_400)
    register("192.0.2.1")
