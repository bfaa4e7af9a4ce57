"""What guessing, registering and asking for mails looks like once there was too much of it."""

import ast

import pytest
import time_machine

from community.core import clock
from community.core.db import db, transaction
from community.identity.letters import LETTERS
from community.identity.mails import REQUESTED, send_account_mail
from community.identity.models import TotpFactor
from tests.factories.community import reload
from tests.identity.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    REGISTRATION,
    is_signed_in,
    link_in,
    make_account,
    without_one_time_values,
)
from tests.mailbox import sent_mails
from tests.source import application

EMAIL = "jana@example.org"


@pytest.fixture
def now(limits_on):
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as traveller:
        yield traveller


def guess(client, email=EMAIL, address="192.0.2.1", password="wrong one", **fields):
    environ = {"REMOTE_ADDR": address}
    form = {"email": email, "password": password, **fields}
    return client.submit("/sign-in", form, environ_base=environ)


def test_the_sixth_guess_is_refused_and_the_form_kept(client, now):
    make_account(email=EMAIL)
    pages = [guess(client, next="/tags") for _ in range(6)]
    assert [page.status_code for page in pages] == [422] * 5 + [429]
    refused = pages[-1]
    assert int(refused.headers["Retry-After"]) == 900
    assert "Please try again in 15 minutes." in refused.text
    assert f'value="{EMAIL}"' in refused.text
    assert 'value="/tags"' in refused.text
    assert "wrong one" not in refused.text
    assert guess(client, password=PASSWORD).status_code == 429
    assert not is_signed_in(client)
    assert guess(client, address="198.51.100.1", password=PASSWORD).status_code == 303


def test_accounts_that_do_not_exist_are_slowed_alike(app, now):
    make_account(email="known1@example.org")
    answers = []
    for email in ("known1@example.org", "unknown@example.org"):
        client = app.test_client()
        pages = [guess(client, email) for _ in range(7)]
        texts = [without_one_time_values(page.text).replace(email, "") for page in pages]
        answers.append([(page.status_code, text) for page, text in zip(pages, texts, strict=True)])
    assert answers[0] == answers[1]


def test_a_right_password_that_opens_nothing_is_no_success(app, now):
    make_account(email=EMAIL, active=False)
    client = app.test_client()
    assert [guess(client, password=PASSWORD).status_code for _ in range(6)] == [422] * 5 + [429]


def test_the_owner_gets_in_with_a_known_browser_while_strangers_guess(app, now):
    make_account(email=EMAIL)
    owner = app.test_client()
    assert guess(owner, address="203.0.113.5", password=PASSWORD).status_code == 303
    owner.submit("/sign-out")
    for n in range(25):
        guess(app.test_client(), address=f"192.0.2.{n}")
    stranger = app.test_client()
    assert guess(stranger, address="203.0.113.6", password=PASSWORD).status_code == 429
    # From another network, as telephones do.
    assert guess(owner, address="198.51.100.77", password=PASSWORD).status_code == 303
    assert is_signed_in(owner)


def test_the_password_before_something_grave_is_guessed_no_more_often(client, now):
    user = make_account(email=EMAIL)
    client.sign_in(user)
    found = [client.submit("/verify", {"password": "wrong one"}).status_code for _ in range(6)]
    assert found == [422] * 5 + [429]
    assert client.submit("/verify", {"password": PASSWORD}).status_code == 429
    now.shift(900)
    assert client.submit("/verify", {"password": PASSWORD}).status_code == 303


def test_every_password_is_counted_where_it_is_checked():
    unguarded = []
    for source in application():
        for function in source.functions():
            called = {
                getattr(node.func, "id", "")
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
            }
            if "is_password_of" in called and "count_attempt" not in called:
                unguarded.append(f"{source.path}:{function.name}")
    assert unguarded == []


def test_the_fourth_account_of_a_day_is_refused_and_the_form_kept(app, now):
    make_account(email="taken@example.org")
    emails = ["a@example.org", "taken@example.org", "taken@example.org", "d@example.org"]
    pages = [
        app.test_client().submit("/register", {**REGISTRATION, "email": email}) for email in emails
    ]
    assert [page.status_code for page in pages] == [303, 303, 303, 429]
    assert "Please try again in 24 hours." in pages[-1].text
    assert 'value="d@example.org"' in pages[-1].text
    assert PASSWORD not in pages[-1].text


def ask_for_link(app, path, email=EMAIL, address="192.0.2.1"):
    environ = {"REMOTE_ADDR": address}
    return app.test_client().submit(path, {"email": email}, environ_base=environ)


@pytest.mark.parametrize("path", ["/reset", "/sign-in/link", "/confirmations"])
def test_a_mail_box_gets_few_mails_and_nobody_learns_of_it(app, now, path):
    make_account(email=EMAIL)
    answers = set()
    for n in range(8):
        for email in (EMAIL, "nobody@example.org"):
            answer = ask_for_link(app, path, email, f"192.0.2.{n}")
            answers.add((answer.status_code, answer.location))
    assert len(answers) == 1
    assert len(sent_mails(app)) == 3
    now.shift(3_600)
    ask_for_link(app, path)
    assert len(sent_mails(app)) == 1


def test_all_kinds_of_mails_to_an_address_count_together(app, now):
    make_account(email=EMAIL)
    for n, path in enumerate(["/reset", "/sign-in/link", "/confirmations"] * 3):
        ask_for_link(app, path, address=f"192.0.2.{n}")
    for n in range(3):
        form = {**REGISTRATION, "email": EMAIL}
        environ = {"REMOTE_ADDR": f"198.51.100.{n}"}
        app.test_client().submit("/register", form, environ_base=environ)
    assert len(sent_mails(app)) == 3


def test_the_last_link_that_was_mailed_works_though_more_were_asked_for(app, client, now):
    user = make_account(email=EMAIL)
    for n in range(8):
        ask_for_link(app, "/reset", address=f"192.0.2.{n}")
    mails = sent_mails(app)
    form = {"password": NEW_PASSWORD}
    assert client.submit(link_in(mails[-1]), form).status_code == 303
    # The notice of it finds the last place of the hour.
    assert [mail.subject for mail in sent_mails(app)] == ["Your password was changed"]
    client.sign_in(reload(user))


def test_a_notice_waits_for_room_and_is_never_dropped(app, now):
    user = make_account(email=EMAIL)
    with transaction():
        for _ in range(8):
            send_account_mail(user, "password_changed")
    assert len(sent_mails(app)) == 5
    now.shift(3_700)
    assert len(sent_mails(app)) == 3


def test_every_letter_is_a_request_or_a_notice():
    assert LETTERS.keys() >= REQUESTED
    assert {"password_changed", "email_changed", "email_change_notice"}.isdisjoint(REQUESTED)


def test_strangers_who_ask_for_mails_leave_the_owners_browser_one(app, now):
    user = make_account(email=EMAIL)
    owner = app.test_client()
    guess(owner, password=PASSWORD)
    owner.submit("/sign-out")
    sent_mails(app)
    answers, mails = [], []
    for browser in (*(app.test_client() for _ in range(6)), owner, owner):
        answer = browser.submit("/reset", {"email": user.email})
        answers.append((answer.status_code, answer.location))
        mails.append(len(sent_mails(app)))
    assert set(answers) == {(303, "/mail-sent/reset")}
    assert mails == [1, 1, 1, 0, 0, 0, 1, 0]


def test_recovery_codes_are_renewed_five_times_a_day(app, now):
    user = make_account()
    with transaction():
        db.session.add(TotpFactor(user_id=user.id, secret="sealed", confirmed_at=clock.now()))
    browser = app.test_client().sign_in(user, second_factor=True)
    address = "/account/factors/recovery-codes"
    pages = [browser.submit(address) for _ in range(6)]
    assert [page.status_code for page in pages] == [200] * 5 + [429]
    assert "You have made new recovery codes often enough today." in pages[-1].text
    assert int(pages[-1].headers["Retry-After"]) == 86_400
