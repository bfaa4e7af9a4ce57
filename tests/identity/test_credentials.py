"""Changing one's password and e-mail address, and the page that leads there."""

from datetime import timedelta

import pytest
import time_machine

from community.core import clock
from community.core.db import transaction
from community.identity.operations.credentials import (
    AddressTaken,
    PasswordChangedMeanwhile,
    change_email,
    change_password,
)
from tests.factories.community import make_user, reload
from tests.identity.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    REGISTRATION,
    is_signed_in,
    link_in,
    make_account,
    register,
    sign_in,
)
from tests.mailbox import sent_mails

NEW = "new@example.org"


@pytest.fixture
def user(app):
    return make_account("Jana Thomsen", email="jana@example.org", language="en")


@pytest.fixture
def device(app, user):
    """Another browser of the same member."""
    return app.test_client().sign_in(user)


@pytest.fixture
def browser(client, user):
    return client.sign_in(user)


def ask_for_change(app, browser, email=NEW):
    """Ask for another address; return the link of the mail that went there, and the notice."""
    response = browser.submit("/account/email", {"email": email})
    assert (response.status_code, response.location) == (303, "/account")
    mails = {mail.to[0]: mail for mail in sent_mails(app)}
    return link_in(mails[email]), mails["jana@example.org"]


def test_the_overview_leads_to_every_page(browser):
    page = browser.get("/account").text
    for path in ("/account/email", "/account/password", "/account/sessions"):
        assert f'href="{path}"' in page
    assert "jana@example.org" in page
    assert "signed in on 1 device" in page


def test_guests_have_no_account_page(client):
    for path in ("/account", "/account/password", "/account/email"):
        assert client.get(path).location == f"/sign-in?next={path}"


def test_a_new_password_holds_and_other_devices_are_signed_out(app, browser, device, user):
    response = browser.submit("/account/password", {"password": NEW_PASSWORD})
    assert (response.status_code, response.location) == (303, "/account")
    assert "Your new password is set." in browser.get("/account").text
    (mail,) = sent_mails(app)
    assert (mail.to, mail.subject) == (["jana@example.org"], "Your password was changed")
    assert is_signed_in(browser)
    assert not is_signed_in(device)
    assert sign_in(device, user.email).status_code == 422
    assert sign_in(device, user.email, password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Enter a password."),
        ("short", "at least 8 characters"),
        ("x" * 129, "at most 128 characters"),
        ("iloveyou", "lists of stolen passwords"),
        ("Jana.Thomsen1", "your name, your address or ours"),
        ("jana@example.org", "your name, your address or ours"),
    ],
)
def test_an_unfit_password_is_refused(app, browser, user, password, message):
    response = browser.submit("/account/password", {"password": password})
    assert response.status_code == 422
    assert message in response.text
    assert reload(user).password == user.password
    assert sent_mails(app) == []


def test_who_has_no_password_sets_a_first_one(app, client):
    user = make_user(email="sso@example.org")
    client.sign_in(user)
    assert "Set a password" in client.get("/account/password").text
    client.submit("/account/password", {"password": NEW_PASSWORD})
    assert sign_in(app.test_client(), user.email, password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize("path", ["/account/password", "/account/email"])
def test_either_page_asks_for_a_proof_after_a_while(browser, path):
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert browser.get(path).location == f"/verify?next={path}"
        form = {"password": NEW_PASSWORD} if path.endswith("password") else {"email": NEW}
        assert browser.submit(path, form).location.startswith("/verify")


def test_two_new_passwords_at_once_do_not_both_count(user):
    with transaction():
        change_password(user.id, user.password, "first", but=None)
    with pytest.raises(PasswordChangedMeanwhile), transaction():
        change_password(user.id, user.password, "second", but=None)
    assert reload(user).password == "first"


def test_a_new_address_counts_once_its_link_was_used(app, browser, device, user):
    link, _notice = ask_for_change(app, browser)
    assert reload(user).email == "jana@example.org"
    page = browser.get(link).text
    assert NEW in page
    assert reload(user).email == "jana@example.org"
    assert browser.submit(link).location == "/account"
    assert reload(user).email == NEW
    assert is_signed_in(browser)
    assert not is_signed_in(device)
    assert sign_in(device, "jana@example.org").status_code == 422
    assert sign_in(device, NEW).status_code == 303


def test_both_addresses_are_told_before_and_after(app, browser, user):
    link, notice = ask_for_change(app, browser)
    assert notice.subject == "Your e-mail address is to change"
    assert link not in notice.body
    browser.submit(link)
    mails = sent_mails(app)
    assert sorted(mail.to[0] for mail in mails) == ["jana@example.org", NEW]
    assert {mail.subject for mail in mails} == {"Your e-mail address was changed"}


def test_the_link_works_in_another_browser_and_signs_nobody_in(app, browser):
    link, _notice = ask_for_change(app, browser)
    phone = app.test_client()
    assert phone.submit(link).status_code == 303
    assert not is_signed_in(phone)
    assert not is_signed_in(browser)


def test_a_taken_address_is_told_by_mail_alone(app, browser, user):
    other = make_account("Old Hand", email="taken@example.org")
    response = browser.submit("/account/email", {"email": "taken@example.org"})
    assert (response.status_code, response.location) == (303, "/account")
    told = {mail.to[0]: mail for mail in sent_mails(app)}
    assert told["jana@example.org"].subject == "Your e-mail address is to change"
    assert told["taken@example.org"].subject == "This address has an account already"
    assert "Old Hand" in told["taken@example.org"].body
    assert "Jana" not in told["taken@example.org"].body
    assert "/email-changes/" not in told["taken@example.org"].body
    assert reload(other).email == "taken@example.org"


def test_an_address_taken_meanwhile_is_refused(app, browser, user):
    link, _notice = ask_for_change(app, browser)
    make_account(email=NEW)
    response = browser.submit(link)
    assert response.status_code == 409
    assert "belongs to another account by now" in response.text
    assert reload(user).email == "jana@example.org"


def test_an_address_taken_at_the_same_moment_is_refused(user):
    make_account(email=NEW)
    with pytest.raises(AddressTaken), transaction():
        change_email(user.id, NEW, but=None)


def test_an_unconfirmed_registration_does_not_hold_an_address(app, browser, user):
    stale = register(app, app.test_client(), email=NEW, display_name="Somebody")
    link, _notice = ask_for_change(app, browser)
    assert browser.submit(link).status_code == 303
    assert reload(user).email == NEW
    assert app.test_client().submit(stale, {"password": PASSWORD}).status_code == 404


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@example.org,b@example.org"])
def test_what_is_no_address_is_said(app, browser, email):
    response = browser.submit("/account/email", {"email": email})
    assert response.status_code == 422
    assert "data-error-summary" in response.text
    assert sent_mails(app) == []


def test_an_open_registration_page_is_of_no_use_to_members(browser):
    assert browser.get("/register?next=/tags").location == "/tags"
    assert browser.submit("/register", REGISTRATION).location == "/"
