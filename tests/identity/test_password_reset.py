"""Choosing a new password with a link from a mail."""

import re

import pytest
from flask_security.recoverable import send_reset_password_instructions
from itsdangerous import URLSafeTimedSerializer

from community.core.db import transaction
from tests.factories.community import make_user, reload
from tests.identity.accounts import (
    is_signed_in,
    make_account,
    sign_in,
    without_one_time_values,
)
from tests.mailbox import sent_mails

NEW = "harbour crane whistle"


def ask_for_link(app, client, user):
    response = client.submit("/reset", {"email": user.email})
    assert (response.status_code, response.location) == (303, "/sign-in")
    (mail,) = sent_mails(app)
    return re.search(r"http://localhost(/reset/\S+)", mail.body)[1]


def test_a_link_sets_a_new_password(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    assert client.get(link).status_code == 200
    response = client.submit(link, {"password": NEW})
    assert (response.status_code, response.location) == (302, "/sign-in")
    assert "Your new password is set." in client.get("/sign-in").text
    assert sign_in(client, user.email).status_code == 422
    assert sign_in(client, user.email, password=NEW).status_code == 303
    (notice,) = sent_mails(app)
    assert notice.subject == "Your password was changed"


def test_a_new_password_signs_all_devices_out(app, client):
    user = make_account()
    device = app.test_client()
    sign_in(device, user.email, remember="1")
    client.submit(ask_for_link(app, client, user), {"password": NEW})
    assert not is_signed_in(device)


def test_a_link_works_once(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    client.submit(link, {"password": NEW})
    response = client.submit(link, {"password": "another password"})
    assert (response.status_code, response.location) == (302, "/reset")
    assert "This link does not work any more." in client.get("/reset").text
    assert sign_in(client, user.email, password=NEW).status_code == 303


def test_an_older_link_ends_with_the_password_it_was_for(app, client):
    user = make_account()
    older, newer = ask_for_link(app, client, user), ask_for_link(app, client, user)
    client.submit(newer, {"password": NEW})
    assert client.get(older).location == "/reset"


def test_a_link_expires(app, client, monkeypatch):
    user = make_account()
    link = ask_for_link(app, client, user)
    now = URLSafeTimedSerializer("any").make_signer("any").get_timestamp()
    signer = "itsdangerous.timed.TimestampSigner.get_timestamp"
    monkeypatch.setattr(signer, lambda self: now + 31 * 60)
    assert client.get(link).location == "/reset"
    monkeypatch.undo()
    assert client.get(link).status_code == 200


def test_opening_a_link_uses_nothing_up(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    before = reload(user).password
    for _visit in range(2):
        assert client.get(link).status_code == 200
    assert reload(user).password == before


def test_the_link_names_our_site_whatever_host_was_asked(app):
    user = make_account()
    with app.test_request_context("/reset", base_url="http://evil.example"), transaction():
        send_reset_password_instructions(user)
    (mail,) = sent_mails(app)
    assert "evil.example" not in mail.body + mail.alternatives[0][0]
    assert "http://localhost/reset/" in mail.body


def test_a_mail_is_written_in_its_readers_language(app, client):
    user = make_account(language="de")
    client.submit("/reset", {"email": user.email}, headers={"Accept-Language": "en"})
    (mail,) = sent_mails(app)
    assert 'lang="de"' in mail.alternatives[0][0]


def test_the_answer_is_the_same_for_every_address(app):
    make_account(email="known@example.org")
    make_user(email="disabled@example.org", active=False)
    answers = []
    for email in ("known@example.org", "disabled@example.org", "nobody@example.org"):
        client = app.test_client()
        response = client.submit("/reset", {"email": email})
        page = without_one_time_values(client.get("/sign-in").text).replace(email, "")
        assert "If there is an account for" in page
        answers.append((response.status_code, response.location, response.data, page))
    assert len(set(answers)) == 1
    assert [mail.to for mail in sent_mails(app)] == [["known@example.org"]]


@pytest.mark.parametrize("email", ["", "no address", "a\x00@example.org"])
def test_what_is_no_address_is_said(client, email):
    response = client.submit("/reset", {"email": email})
    assert response.status_code == 422
    assert "data-error-summary" in response.text


def test_a_short_password_is_refused_and_the_link_kept(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    response = client.submit(link, {"password": "short"})
    assert response.status_code == 422
    assert "at least 8 characters" in response.text
    assert client.submit(link, {"password": NEW}).location == "/sign-in"


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "..%2f", "ü", "x" * 3_000])
def test_a_made_up_link_leads_to_a_new_one(client, token):
    response = client.get(f"/reset/{token}")
    assert response.status_code in (302, 404)
    response = client.submit(f"/reset/{token}", {"password": NEW})
    assert response.status_code in (302, 404)


def test_a_link_for_something_else_is_refused(app, client):
    user = make_account()
    other = app.extensions["security"].confirm_serializer.dumps([user.fs_uniquifier, "x"])
    assert client.submit(f"/reset/{other}", {"password": NEW}).location == "/reset"


def test_a_member_without_password_may_set_one(app, client):
    user = make_user(email="imported@example.org")
    client.submit(ask_for_link(app, client, user), {"password": NEW})
    assert sign_in(client, user.email, password=NEW).status_code == 303


def test_a_link_does_not_bring_a_disabled_account_back(app, client):
    user = make_account()
    link = ask_for_link(app, client, user)
    with transaction():
        reload(user).active = False
    client.submit(link, {"password": NEW})
    assert sign_in(client, user.email, password=NEW).status_code == 422
