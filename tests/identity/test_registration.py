"""Making an account."""

import pytest
from argon2 import PasswordHasher as Argon2Hasher
from flask_security import hash_password
from sqlalchemy import func, select, update

from community.core.db import db, transaction
from community.identity.models import OneTimeToken, User
from community.identity.operations.registration import (
    NameTaken,
    Registration,
    keep_registration,
    prune_registrations,
    turn_into_account,
)
from tests.factories.community import days_ago, load_user, make_user
from tests.identity.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    REGISTRATION,
    is_signed_in,
    link_in,
    mailed_link,
    make_account,
    register,
    sign_in,
)
from tests.mailbox import sent_mails

EMAIL = "jana@example.org"


def count_users():
    db.session.rollback()
    return db.session.scalar(select(func.count(User.id)))


def the_user():
    db.session.rollback()
    return db.session.scalars(select(User).execution_options(populate_existing=True)).one()


def test_the_link_in_the_mail_makes_the_account_and_goes_on(app, client):
    link = register(app, client, next="/tags")
    assert not is_signed_in(client)
    page = client.get(link)
    assert f'action="{link}"' in page.text
    assert not is_signed_in(client)
    response = client.submit(link)
    assert (response.status_code, response.location) == (303, "/tags")
    assert "Your account is ready." in client.get("/tags").text
    assert is_signed_in(client)


def test_an_account_keeps_what_was_typed_in_tidy_form(app, client):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    client.submit(register(app, client))
    user = the_user()
    assert user.email == EMAIL
    assert user.display_name == "Jana Thomsen"
    assert user.name_key == "janathomsen"
    assert (user.language, user.role, user.active) == ("de", "member", True)
    assert user.confirmed_at
    assert user.password.startswith("$argon2id$")
    assert load_user(user.id).role_names == {"member"}


def test_the_same_sign_in_works_afterwards(client, app):
    client.submit(register(app, client))
    other = app.test_client()
    assert sign_in(other, EMAIL).status_code == 303
    assert is_signed_in(other)


def test_before_the_link_was_used_there_is_no_account(client, app):
    register(app, client)
    page = sign_in(app.test_client(), EMAIL)
    assert page.status_code == 422
    assert "E-mail address and password do not match." in page.text
    user = the_user()
    assert client.get(f"/users/{user.id}").status_code == 404
    assert client.get("/users/by-name/JanaThomsen").status_code == 404
    client.sign_in(make_user())
    assert client.get("/users/names?q=jana").json == []


def test_another_browser_asks_for_the_password(client, app):
    link = register(app, client)
    phone = app.test_client()
    assert 'name="password"' in phone.get(link).text
    for fields in ({}, {"password": ""}, {"password": "not this one"}):
        assert phone.submit(link, fields).status_code == 422
        assert not is_signed_in(phone)
    assert phone.submit(link, {"password": PASSWORD}).status_code == 303
    assert is_signed_in(phone)


def test_who_registers_with_a_foreign_address_does_not_get_in(client, app):
    register(app, client, password="chosen by a stranger")
    owner = app.test_client()
    theirs = register(app, owner, display_name="The Owner")
    owner.submit(theirs)
    assert sign_in(client, EMAIL, password="chosen by a stranger").status_code == 422
    assert sign_in(client, EMAIL).status_code == 303
    assert the_user().display_name == "The Owner"


def test_a_stranger_cannot_slip_a_password_into_a_registration(client, app):
    mine = register(app, client)
    stranger = app.test_client()
    theirs = register(app, stranger, password="chosen by a stranger")
    assert client.submit(mine).status_code == 404
    # The owner holds the newer link too, but their browser did not choose that password.
    assert client.submit(theirs).status_code == 422
    assert not is_signed_in(client)


def test_the_newest_registration_counts(client, app):
    older = register(app, client)
    newer = register(app, client, display_name="Jana T", password=NEW_PASSWORD)
    assert client.get(older).status_code == 404
    client.submit(newer)
    user = the_user()
    assert user.display_name == "Jana T"
    assert sign_in(app.test_client(), EMAIL, password=NEW_PASSWORD).status_code == 303


def test_a_name_taken_meanwhile_is_asked_for_again(client, app):
    link = register(app, client)
    make_user("Jana Thomsen")
    assert 'name="display_name"' in client.get(link).text
    for name in ("", "Jana Thomsen", "x", "www.example.org"):
        assert client.submit(link, {"display_name": name}).status_code == 422
    assert client.submit(link, {"display_name": "Jana from Kiel"}).status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(User.name_key).where(User.email == EMAIL)) == "janafromkiel"


def test_a_name_taken_in_the_same_moment_is_refused(app):
    make_user("Jana Thomsen")
    with transaction():
        user = keep_registration(
            Registration(email=EMAIL, display_name="x", password_hash="x", language="en")
        )
    with pytest.raises(NameTaken), transaction():
        turn_into_account(user, "jana thomsen")


def test_a_mail_goes_out_in_the_language_of_the_page(client, app):
    client.submit("/register", REGISTRATION, headers={"Accept-Language": "en"})
    (mail,) = sent_mails(app)
    assert mail.to == [EMAIL]
    assert mail.subject == "Confirm your e-mail address"
    assert "Hello Jana Thomsen" in mail.body
    html, kind = mail.alternatives[0]
    assert kind == "text/html"
    assert 'lang="en"' in html
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert link_in(mail).startswith("/confirmations/")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "jana"}, "Enter an e-mail address such as"),
        ({"email": "jana@localhost"}, "Enter an e-mail address such as"),
        ({"email": "a\x00b@example.org"}, "Enter an e-mail address such as"),
        ({"email": "x" * 300 + "@example.org"}, "Enter an e-mail address such as"),
        ({"email": "a@example.org, b@example.org"}, "Enter an e-mail address such as"),
        ({"password": ""}, "Enter a password."),
        ({"password": "seven77"}, "Choose a password of at least 8 characters."),
        ({"password": "x" * 129}, "Choose a password of at most 128 characters."),
        ({"password": "trustno1"}, "lists of stolen passwords"),
        ({"password": "jana-thomsen"}, "That is your name, your address or ours"),
        ({"display_name": ""}, "Choose a name that others will see."),
        ({"display_name": "J"}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "J" * 41}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "-- --"}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "Jana\x00Thomsen"}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "Jana\u202eThomsen"}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "jana@example.org"}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "https://evil.example"}, "Choose a name of 2 to 40 characters"),
        ({"display_name": "cheap-sims.shop now"}, "Choose a name of 2 to 40 characters"),
    ],
)
def test_what_does_not_fit_is_said_and_the_rest_kept(client, app, changed, message):
    response = client.submit(
        "/register", {**REGISTRATION, "display_name": "Jana Thomsen", **changed}
    )
    assert response.status_code == 422
    assert message in response.text
    assert "data-error-summary" in response.text
    assert PASSWORD not in response.text
    if "email" not in changed:
        assert EMAIL in response.text.lower()
    assert sent_mails(app) == []
    assert count_users() == 0


@pytest.mark.parametrize("name", ["Aylin Kaya", "AYLIN KAYA", "Aylín  Kaya", "aylin-kaya"])
def test_a_name_that_folds_to_a_taken_one_is_refused(client, name):
    make_user("Aylin Kaya")
    response = client.submit("/register", {**REGISTRATION, "display_name": name})
    assert response.status_code == 422
    assert "Somebody has this name" in response.text


def test_a_known_address_is_told_by_mail_alone(client, app):
    make_account("Old Hand", email=EMAIL)
    response = client.submit("/register", REGISTRATION)
    assert (response.status_code, response.location) == (303, "/mail-sent/registration")
    assert not is_signed_in(client)
    assert count_users() == 1
    (mail,) = sent_mails(app)
    assert mail.to == [EMAIL]
    assert mail.subject == "You have an account already"
    assert "Old Hand" in mail.body
    assert sign_in(client, EMAIL).status_code == 303


def test_a_disabled_account_stays_as_it_is(client, app):
    user = make_account("Old Hand", email=EMAIL, active=False)
    client.submit("/register", {**REGISTRATION, "password": NEW_PASSWORD})
    assert sent_mails(app) == []
    assert the_user().password == user.password


def test_a_name_typed_for_an_unknown_address_is_not_taken_by_that(client, app):
    make_account("Old Hand", email="known@example.org")
    for email in ("known@example.org", "unknown@example.org"):
        client.submit(
            "/register", {**REGISTRATION, "email": email, "display_name": f"N {email[:3]}"}
        )
    sent_mails(app)
    for name in ("N kno", "N unk"):
        fields = {**REGISTRATION, "email": "third@example.org", "display_name": name}
        assert client.submit("/register", fields).status_code == 303


def test_fields_that_are_not_asked_for_are_refused(client, app):
    more = {"role": "admin", "active": "", "points": "9", "id": "77"}
    assert client.submit("/register", {**REGISTRATION, **more}).status_code == 422
    assert sent_mails(app) == []
    assert count_users() == 0


def test_the_mail_can_be_sent_again(client, app):
    first = register(app, client)
    assert 'action="/confirmations"' in client.get("/mail-sent/registration").text
    response = client.submit("/confirmations", {"email": EMAIL, "next": "/tags"})
    assert (response.status_code, response.location) == (303, "/mail-sent/registration")
    second = mailed_link(app)
    assert client.get(first).status_code == 404
    # Asked for by anybody who knows the address: only the browser that registered goes without.
    assert client.submit(second).location == "/tags"
    assert is_signed_in(client)


def test_a_form_sent_twice_at_once_is_one_mail(client, app):
    for _ in range(2):
        client.submit("/register", {**REGISTRATION, "submission": "the-same-form"})
    assert client.submit(mailed_link(app)).status_code == 303


def test_a_guests_draft_survives(client, app):
    with client.session_transaction() as session:
        session.update(draft_token="kept")
    client.submit(register(app, client, next="/questions/new"))
    with client.session_transaction() as session:
        assert session["draft_token"] == "kept"


def test_registrations_nobody_confirms_are_forgotten(client, app):
    make_account("Old Hand", email="old@example.org", created_at=days_ago(400))
    register(app, client)
    with transaction():
        prune_registrations()
    assert count_users() == 2
    with transaction():
        db.session.execute(update(User).values(created_at=days_ago(8)))
        prune_registrations()
    assert the_user().email == "old@example.org"
    assert db.session.scalar(select(func.count(OneTimeToken.id))) == 0


def test_passwords_outlive_the_secret_key(app):
    stored = hash_password(PASSWORD)
    assert Argon2Hasher().verify(stored, PASSWORD)


def test_registering_takes_a_csrf_token(client, app):
    assert client.post("/register", data=REGISTRATION).status_code == 400
    assert sent_mails(app) == []


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    headers = {"X-CSRFToken": client.csrf_token()}
    assert getattr(client, method)("/register", headers=headers).status_code == 405
