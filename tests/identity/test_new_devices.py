"""The owner of an account hears by mail of a sign-in with a browser that it has not seen."""

import pytest

from tests.identity.accounts import link_in, make_account, register, sign_in
from tests.mailbox import sent_mails

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture
def user(app):
    return make_account("Jana Thomsen", email="jana@example.org", language="en")


def enter(app, client, user):
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    assert sign_in(client, user.email).status_code == 303
    return sent_mails(app)


def test_a_first_sign_in_with_a_browser_is_told(app, client, user):
    (mail,) = enter(app, client, user)
    assert (mail.to, mail.subject) == ([user.email], "A new sign-in to your account")
    assert "Device: Firefox, Android" in mail.body
    assert "Network: 127.0.0.0/24" in mail.body
    assert link_in(mail) == "/account/sessions"


def test_the_same_browser_is_told_of_once(app, client, user):
    enter(app, client, user)
    client.submit("/sign-out")
    assert enter(app, client, user) == []


def test_another_browser_and_another_member_are_told_of(app, client, user):
    enter(app, client, user)
    assert len(enter(app, app.test_client(), user)) == 1
    client.submit("/sign-out")
    assert len(enter(app, client, make_account())) == 1


def test_who_reads_the_mails_is_not_told(app, client, user):
    client.submit("/sign-in/link", {"email": user.email})
    (mail,) = sent_mails(app)
    client.submit(link_in(mail))
    assert sent_mails(app) == []


def test_a_new_member_is_not_told(app, client):
    client.submit(register(app, client))
    assert sent_mails(app) == []
