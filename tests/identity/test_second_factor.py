"""Signing in with a second factor, and with a passkey alone."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import Purpose, RecoveryCode, UserSession, WrongCode
from community.identity.operations.codes import (
    WRONG_PER_ATTEMPT,
    Outcome,
    prune_factor_traces,
    use_code,
)
from community.identity.operations.recovery_codes import hash_typed_code
from community.identity.operations.tokens import issue_token
from tests.client import ForumClient
from tests.identity.accounts import is_signed_in, make_account, sign_in
from tests.identity.authenticator import Authenticator
from tests.identity.factors import (
    challenge,
    make_codes,
    make_passkey,
    make_totp,
    passkeys_of,
    shown_code,
)

PAGE = "/sign-in/second-factor"


@pytest.fixture
def user(app: Flask):
    return make_account()


def begin(client: ForumClient, user, **fields: str) -> ForumClient:
    """Show the password."""
    answer = sign_in(client, user.email, **fields)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert not is_signed_in(client)
    return client


def enter(client: ForumClient, code: str):
    return client.submit(PAGE, {"code": code})


def sessions_of(user) -> list[UserSession]:
    with transaction():
        query = select(UserSession).where(UserSession.user_id == user.id)
        return list(db.session.scalars(query))


def test_without_a_second_factor_the_password_is_enough(client, user):
    assert sign_in(client, user.email).location == "/"
    assert is_signed_in(client)
    assert sessions_of(user)[0].second_factor_at is None


def test_the_app_s_code_signs_in_and_leads_on(client, user):
    make_totp(user)
    begin(client, user, next="/tags")
    assert 'autocomplete="one-time-code"' in client.get(PAGE).text
    answer = enter(client, shown_code(user.id))
    assert (answer.status_code, answer.location) == (303, "/tags")
    assert is_signed_in(client)
    assert sessions_of(user)[0].second_factor_at is not None


def test_a_mailed_link_stands_for_the_password_alone(client, user):
    make_totp(user)
    with transaction():
        token = issue_token(user, Purpose.SIGN_IN)
    assert client.submit(f"/sign-in/link/{token}").location == PAGE
    assert not is_signed_in(client)
    assert enter(client, shown_code(user.id)).status_code == 303
    assert sessions_of(user)[0].method == "link"


def test_a_code_counts_once(app, client, user):
    make_totp(user)
    code = shown_code(user.id)
    assert enter(begin(client, user), code).status_code == 303
    again = enter(begin(app.test_client(), user), code)
    assert again.status_code == 422
    assert "used already" in again.text


def test_the_code_after_the_used_one_counts(app, client, user):
    make_totp(user)
    assert enter(begin(client, user), shown_code(user.id)).status_code == 303
    later = shown_code(user.id, 1)
    assert enter(begin(app.test_client(), user), later).status_code == 303


def test_of_two_requests_with_one_code_one_signs_in(app, user, at_once):
    make_totp(user)
    code = shown_code(user.id)
    browsers = [begin(app.test_client(), user) for _ in range(2)]
    answers = at_once([lambda: enter(browsers.pop(), code).status_code] * 2)
    assert sorted(answers) == [303, 422]
    assert len(sessions_of(user)) == 1


def test_of_two_requests_with_one_recovery_code_one_signs_in(app, user, at_once):
    make_totp(user)
    code = make_codes(user)[0]
    browsers = [begin(app.test_client(), user) for _ in range(2)]
    answers = at_once([lambda: enter(browsers.pop(), code).status_code] * 2)
    assert sorted(answers) == [303, 422]


def test_guesses_at_the_same_time_are_all_counted(app, user, at_once):
    make_totp(user)

    def guess() -> Outcome:
        with transaction():
            return use_code(user, "000000", None, attempt="one")

    outcomes = at_once([guess] * 8)
    assert outcomes.count(Outcome.WRONG) == WRONG_PER_ATTEMPT - 1
    assert outcomes.count(Outcome.EXHAUSTED) == 8 - WRONG_PER_ATTEMPT + 1


def test_each_recovery_code_works_once(app, client, user):
    make_totp(user)
    codes = make_codes(user)
    assert enter(begin(client, user), codes[4].lower().replace("-", " ")).status_code == 303
    assert enter(begin(app.test_client(), user), codes[4]).status_code == 422
    assert enter(begin(app.test_client(), user), codes[5]).status_code == 303
    with transaction():
        unused = select(func.count(RecoveryCode.id)).where(RecoveryCode.used_at.is_(None))
        assert db.session.scalar(unused) == 8


def test_anothers_recovery_code_does_not_work(client, user):
    other = make_account()
    for somebody in (user, other):
        make_totp(somebody)
    make_codes(user)
    assert enter(begin(client, user), make_codes(other)[0]).status_code == 422


@pytest.mark.parametrize("code", ["", " ", "000000", "1" * 500, "\x00", "AAAA-AAAA-AAAA", "٠٠٠٠٠٠"])
def test_a_wrong_code_is_asked_again(client, user, code):
    make_totp(user)
    make_codes(user)
    answer = enter(begin(client, user), code)
    assert answer.status_code == 422
    assert "data-error-summary" in answer.text
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "fields",
    [{"code[]": "123456"}, {"Code": "123456"}, {"code": ["1", "2"]}, {"code": "1", "user_id": "1"}],
)
def test_malformed_fields_are_refused(client, user, fields):
    make_totp(user)
    assert begin(client, user).submit(PAGE, fields).status_code == 422


def test_five_wrong_codes_end_the_attempt(client, user, app):
    make_totp(user)
    begin(client, user)
    with client.session_transaction() as session:
        kept = dict(session)
    for _ in range(WRONG_PER_ATTEMPT - 1):
        assert enter(client, "000000").status_code == 422
    assert enter(client, "000000").location == "/sign-in"
    assert client.get(PAGE).location == "/sign-in"
    with client.session_transaction() as session:
        session.update(kept)
    assert enter(client, shown_code(user.id)).location == "/sign-in"
    assert not is_signed_in(client)
    assert enter(begin(app.test_client(), user), shown_code(user.id)).status_code == 303


@pytest.mark.usefixtures("limits_on")
def test_guessing_at_codes_is_slowed_for_the_account(app, client, user):
    device = with_passkey(app, user)
    make_totp(user)
    begin(client, user)
    for _ in range(WRONG_PER_ATTEMPT):
        enter(client, "000000")
    answer = enter(begin(client, user), shown_code(user.id))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 60
    assert alone(client, device).location == "/"
    assert is_signed_in(client)


@pytest.mark.usefixtures("limits_on")
def test_right_codes_do_not_count_as_guesses(app, user):
    make_totp(user)
    codes = make_codes(user)
    for code in codes[:7]:
        assert enter(begin(app.test_client(), user), code).status_code == 303


def test_wrong_codes_are_forgotten_after_a_day(app, user):
    with transaction():
        use_code(user, "000000", None, attempt="one")
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False), transaction():
        prune_factor_traces()
        assert db.session.scalar(select(func.count(WrongCode.id))) == 0


def test_after_ten_minutes_one_begins_again(client, user):
    make_totp(user)
    begin(client, user)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert client.get(PAGE).location == "/sign-in"
        assert enter(client, shown_code(user.id)).location == "/sign-in"


@pytest.mark.parametrize("change", [{"active": False}, {"fs_uniquifier": "another"}])
def test_a_disabled_account_or_a_new_password_ends_the_attempt(client, user, change):
    make_totp(user)
    begin(client, user)
    with transaction():
        stored = db.session.get_one(type(user), user.id)
        for name, value in change.items():
            setattr(stored, name, value)
    assert enter(client, shown_code(user.id)).location == "/sign-in"
    assert not is_signed_in(client)


def test_who_has_shown_nothing_is_asked_nothing(client):
    assert client.get(PAGE).location == "/sign-in"
    assert enter(client, "123456").location == "/sign-in"
    assert client.submit(f"{PAGE}/challenge").status_code == 422


def test_the_first_factor_opens_nothing(client, user):
    make_totp(user)
    begin(client, user)
    assert client.get("/preferences").location.startswith("/sign-in")
    assert client.get("/account/factors").location.startswith("/sign-in")
    assert sessions_of(user) == []


def with_passkey(app: Flask, user, device: Authenticator | None = None) -> Authenticator:
    """Give somebody a passkey."""
    client = app.test_client()
    return make_passkey(client.sign_in(user), device)


def test_a_passkey_is_a_second_factor(app, client, user):
    device = with_passkey(app, user, Authenticator(verifies_user=False))
    begin(client, user)
    answer = device.sign_in(challenge(client, f"{PAGE}/challenge"))
    assert client.submit(PAGE, {"credential": answer}).location == "/"
    assert is_signed_in(client)
    assert passkeys_of(user)[0].last_used_at is not None


def test_anothers_passkey_is_none(app, client, user):
    with_passkey(app, user)
    device = with_passkey(app, make_account())
    begin(client, user)
    answer = device.sign_in(challenge(client, f"{PAGE}/challenge"))
    assert client.submit(PAGE, {"credential": answer}).status_code == 422
    assert not is_signed_in(client)


def alone(client: ForumClient, device: Authenticator, **fields: str):
    """Sign in with a passkey alone."""
    answer = device.sign_in(challenge(client, "/sign-in/passkey/challenge"))
    return client.submit("/sign-in/passkey", {"credential": answer, **fields})


def test_a_passkey_alone_stands_for_both_factors(app, client, user):
    device = with_passkey(app, user)
    answer = alone(client, device, next="/tags")
    assert (answer.status_code, answer.location) == (303, "/tags")
    assert is_signed_in(client)
    newest = max(sessions_of(user), key=lambda session: session.id)
    assert (newest.method, newest.second_factor_at is not None) == ("passkey", True)


def test_staying_signed_in_with_a_passkey(app, client, user):
    device = with_passkey(app, user)
    alone(client, device, remember="1")
    with client.session_transaction() as session:
        assert session.permanent


LIES = {
    "another site": {"origin": "http://evil.example"},
    "another domain": {"rp_id": "evil.example"},
    "user not checked": {"verifies_user": False},
    "a copy": {"sign_count": -1},
    "another owner": {"user_handle": b"somebody else"},
    "unknown passkey": {"credential_id": b"x" * 32},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_passkey_that_lies_signs_nobody_in(app, client, user, lie):
    device = with_passkey(app, user, Authenticator(sign_count=3))
    for name, value in lie.items():
        setattr(device, name, value)
    answer = alone(client, device)
    assert answer.location.startswith("/sign-in")
    assert not is_signed_in(client)


def test_an_answer_is_not_taken_twice(app, client, user):
    device = with_passkey(app, user)
    device.steps = 0
    answer = device.sign_in(challenge(client, "/sign-in/passkey/challenge"))
    with client.session_transaction() as session:
        kept = dict(session)
    form = {"credential": answer}
    assert client.submit("/sign-in/passkey", form).location == "/"
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(kept)
    assert thief.submit("/sign-in/passkey", form).location.startswith("/sign-in")
    assert not is_signed_in(thief)


def test_of_two_requests_with_one_answer_one_signs_in(app, user, at_once):
    device = with_passkey(app, user)
    first, second = app.test_client(), app.test_client()
    answer = device.sign_in(challenge(first, "/sign-in/passkey/challenge"))
    with first.session_transaction() as session:
        kept = dict(session)
    with second.session_transaction() as session:
        session.update(kept)
    before, browsers = len(sessions_of(user)), [first, second]
    at_once([lambda: browsers.pop().submit("/sign-in/passkey", {"credential": answer})] * 2)
    assert len(sessions_of(user)) == before + 1


def test_a_challenge_is_good_for_one_purpose(app, client, user):
    device = with_passkey(app, user)
    begin(client, user)
    answer = device.sign_in(challenge(client, f"{PAGE}/challenge"))
    assert client.submit("/sign-in/passkey", {"credential": answer}).location != "/"
    begin(client, user)
    answer = device.sign_in(challenge(client, "/sign-in/passkey/challenge"))
    assert client.submit(PAGE, {"credential": answer}).status_code == 422
    assert not is_signed_in(client)


def test_a_disabled_account_has_no_passkeys(app, client, user):
    device = with_passkey(app, user)
    with transaction():
        db.session.get_one(type(user), user.id).active = False
    assert alone(client, device).location.startswith("/sign-in")


@pytest.mark.parametrize("credential", ["", "{}", "x" * 30_000, '{"response": {}}'])
def test_rubbish_signs_nobody_in(client, credential):
    challenge(client, "/sign-in/passkey/challenge")
    answer = client.submit("/sign-in/passkey", {"credential": credential})
    assert answer.location.startswith("/sign-in")


def test_a_code_cannot_be_hashed_in_anothers_set(app, user):
    codes = make_codes(user)
    other = make_account()
    with transaction():
        assert hash_typed_code(other.id, codes[0]) is None
        make = hash_typed_code(user.id, codes[0])
    assert make is not None
    assert make.startswith("$argon2id$")
