"""Choosing a new password with a link from a mail."""

from datetime import timedelta

import pytest
import time_machine

from community.core import clock
from community.core.db import transaction
from community.identity.mails import address_of
from tests.factories.community import make_user, reload
from tests.identity.accounts import (
    NEW_PASSWORD,
    is_signed_in,
    link_in,
    mailed_link,
    make_account,
    sign_in,
)
from tests.mailbox import sent_mails


def ask_for_link(app, client, user):
    response = client.submit("/reset", {"email": user.email})
    assert (response.status_code, response.location) == (303, "/mail-sent/reset")
    return mailed_link(app)


def test_a_link_sets_a_new_password(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    assert client.get(link).status_code == 200
    response = client.submit(link, {"password": NEW_PASSWORD})
    assert (response.status_code, response.location) == (303, "/sign-in")
    assert "Your new password is set." in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert sign_in(client, user.email).status_code == 422
    (notice,) = sent_mails(app)
    assert notice.subject == "Your password was changed"
    assert link_in(notice) == "/reset"
    assert sign_in(client, user.email, password=NEW_PASSWORD).status_code == 303


def test_a_new_password_signs_all_devices_out(app, client):
    user = make_account()
    device = app.test_client().sign_in(user)
    client.submit(ask_for_link(app, client, user), {"password": NEW_PASSWORD})
    assert not is_signed_in(device)


def test_a_link_works_once(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    client.submit(link, {"password": NEW_PASSWORD})
    response = client.submit(link, {"password": "another password"})
    assert response.status_code == 404
    assert "This link does not work any more" in response.text
    assert 'href="/reset"' in response.text
    assert sign_in(client, user.email, password=NEW_PASSWORD).status_code == 303


def test_a_link_expires(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert client.get(link).status_code == 404
        assert client.submit(link, {"password": NEW_PASSWORD}).status_code == 404
    assert client.get(link).status_code == 200


def test_opening_a_link_uses_nothing_up(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    before = reload(user).password
    for _visit in range(2):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert reload(user).password == before


def test_no_cache_keeps_the_page(app, client):
    link = ask_for_link(app, client, make_account())
    assert client.get(link).headers["Cache-Control"] == "private, no-store"


def test_a_link_names_our_site_whatever_host_was_asked(app):
    with app.test_request_context("/reset", base_url="http://evil.example"):
        address = address_of("identity.reset_password", token="x")
    assert address == "http://localhost/reset/x"


def test_a_mail_is_written_in_its_readers_language(app, client):
    user = make_account(language="de")
    client.submit("/reset", {"email": user.email}, headers={"Accept-Language": "en"})
    (mail,) = sent_mails(app)
    assert 'lang="de"' in mail.alternatives[0][0]


def test_only_who_can_use_a_link_gets_one(app, client):
    make_account(email="known@example.org")
    make_user(email="disabled@example.org", active=False)
    for email in ("known@example.org", "disabled@example.org", "nobody@example.org"):
        client.submit("/reset", {"email": email})
    assert [mail.to for mail in sent_mails(app)] == [["known@example.org"]]


@pytest.mark.parametrize("email", ["", "no address", "a\x00@example.org"])
def test_what_is_no_address_is_said(client, email):
    response = client.submit("/reset", {"email": email})
    assert response.status_code == 422
    assert "data-error-summary" in response.text


def test_an_unfit_password_is_refused_and_the_link_kept(app, client):
    user = make_account("Jana Thomsen")
    link = ask_for_link(app, client, user)
    for password, message in (
        ("short", "at least 8 characters"),
        ("x" * 129, "at most 128 characters"),
        ("password", "lists of stolen passwords"),
        ("jana thomsen", "your name, your address or ours"),
    ):
        response = client.submit(link, {"password": password})
        assert response.status_code == 422
        assert message in response.text
    assert client.submit(link, {"password": NEW_PASSWORD}).location == "/sign-in"


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "..%2f", "ü", "x" * 3_000])
def test_a_made_up_link_leads_to_a_new_one(client, token):
    assert client.get(f"/reset/{token}").status_code == 404
    assert client.submit(f"/reset/{token}", {"password": NEW_PASSWORD}).status_code == 404


def test_a_member_without_password_may_set_one(app, client):
    user = make_user(email="imported@example.org")
    client.submit(ask_for_link(app, client, user), {"password": NEW_PASSWORD})
    assert sign_in(client, user.email, password=NEW_PASSWORD).status_code == 303


def test_an_address_is_confirmed_by_the_link(app, client):
    user = make_account()
    with transaction():
        reload(user).confirmed_at = None
    client.submit(ask_for_link(app, client, user), {"password": NEW_PASSWORD})
    assert reload(user).confirmed_at


def test_a_link_does_not_bring_a_disabled_account_back(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    with transaction():
        reload(user).active = False
    assert client.submit(link, {"password": NEW_PASSWORD}).status_code == 404
    assert sign_in(client, user.email, password=NEW_PASSWORD).status_code == 422


def test_who_has_not_confirmed_a_registration_gets_that_link(app, client):
    fields = {"email": "jana@example.org", "display_name": "Jana", "password": NEW_PASSWORD}
    client.submit("/register", fields)
    sent_mails(app)
    for page in ("/reset", "/sign-in/link", "/confirmations"):
        client.submit(page, {"email": "jana@example.org"})
        assert mailed_link(app).startswith("/confirmations/")
