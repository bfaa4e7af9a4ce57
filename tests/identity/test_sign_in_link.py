"""Signing in with a link from a mail, without a password."""

import pytest

from community.core.db import transaction
from tests.factories.community import make_user, reload
from tests.identity.accounts import is_signed_in, link_in, mailed_link, make_account
from tests.mailbox import sent_mails


def ask_for_link(app, client, user, **fields):
    response = client.submit("/sign-in/link", {"email": user.email, **fields})
    assert (response.status_code, response.location) == (303, "/mail-sent/link")
    return mailed_link(app)


def test_a_link_signs_in_by_its_button_and_goes_on(app, client):
    link = ask_for_link(app, client, make_account(), next="/tags")
    assert f'action="{link}"' in client.get(link).text
    assert not is_signed_in(client)
    assert client.submit(link).location == "/tags"
    assert is_signed_in(client)


def test_a_link_signs_another_browser_in(app, client):
    link = ask_for_link(app, client, make_account())
    phone = app.test_client()
    assert phone.submit(link).location == "/"
    assert is_signed_in(phone)
    assert not is_signed_in(client)


def test_a_goal_elsewhere_is_replaced_by_home(app, client):
    link = ask_for_link(app, client, make_account(), next="https://evil.example/")
    assert "evil" not in link
    assert client.submit(f"{link}?next=//evil.example").location == "/"


def test_a_link_works_once(app, client):
    link = ask_for_link(app, client, make_account())
    client.submit(link)
    other = app.test_client()
    assert other.submit(link).status_code == 404
    assert not is_signed_in(other)


def test_a_link_notes_that_the_address_is_real(app, client):
    user = make_user(email="imported@example.org")
    with transaction():
        reload(user).confirmed_at = None
    client.submit(ask_for_link(app, client, user))
    assert reload(user).confirmed_at


def test_a_link_replaces_the_session_of_somebody_else(app, client):
    user, other = make_account(), make_account()
    link = ask_for_link(app, client, user)
    client.sign_in(other)
    client.submit(link)
    assert f"/users/{user.id}" in client.get("/preferences").text


def test_only_who_can_use_a_link_gets_one(app, client):
    make_account(email="known@example.org", language="de")
    make_user(email="disabled@example.org", active=False)
    for email in ("known@example.org", "disabled@example.org", "nobody@example.org"):
        client.submit("/sign-in/link", {"email": email})
    (mail,) = sent_mails(app)
    assert mail.to == ["known@example.org"]
    assert mail.subject == "Dein Link zum Anmelden"
    assert link_in(mail).startswith("/sign-in/link/")


@pytest.mark.parametrize("email", ["", "nobody", "a@b"])
def test_what_is_no_address_is_said(client, email):
    response = client.submit("/sign-in/link", {"email": email})
    assert response.status_code == 422
    assert "data-error-summary" in response.text
