"""Making an account."""

import pytest
from argon2 import PasswordHasher as Argon2Hasher
from flask_security import hash_password
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.core.errors import Conflict
from community.identity.models import User
from tests.factories.community import load_user, make_user
from tests.identity.accounts import (
    PASSWORD,
    is_signed_in,
    make_account,
    sign_in,
    without_one_time_values,
)
from tests.mailbox import sent_mails

FIELDS = {"email": "Jana@Example.org", "display_name": "Jana  Thomsen", "password": PASSWORD}


def count_users():
    db.session.rollback()
    return db.session.scalar(select(func.count(User.id)))


def test_registering_signs_in_and_goes_on(client):
    response = client.submit("/register", {**FIELDS, "next": "/tags"})
    assert (response.status_code, response.location) == (303, "/tags")
    assert is_signed_in(client)


def test_an_account_keeps_what_was_typed_in_tidy_form(client, app):
    client.submit("/register", FIELDS, headers={"Accept-Language": "de"})
    user = db.session.scalars(select(User)).one()
    assert user.email == "jana@example.org"
    assert user.display_name == "Jana Thomsen"
    assert user.name_key == "janathomsen"
    assert (user.language, user.role, user.active) == ("de", "member", True)
    assert user.password.startswith("$argon2id$")
    assert load_user(user.id).role_names == {"member"}


def test_the_same_sign_in_works_afterwards(client, app):
    client.submit("/register", FIELDS)
    other = app.test_client()
    assert sign_in(other, "jana@example.org").status_code == 303


def test_a_welcome_goes_out_in_the_language_of_the_page(client, app):
    client.submit("/register", FIELDS)
    (mail,) = sent_mails(app)
    assert mail.to == ["jana@example.org"]
    assert "Hello Jana Thomsen" in mail.body
    html, kind = mail.alternatives[0]
    assert kind == "text/html"
    assert 'lang="en"' in html
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "jana"}, "Enter an e-mail address such as"),
        ({"email": "jana@localhost"}, "Enter an e-mail address such as"),
        ({"email": "a\x00b@example.org"}, "Enter an e-mail address such as"),
        ({"email": "x" * 300 + "@example.org"}, "Enter an e-mail address such as"),
        ({"password": ""}, "Enter a password."),
        ({"password": "seven77"}, "Choose a password of at least 8 characters."),
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
def test_what_does_not_fit_is_said_and_the_rest_kept(client, changed, message):
    response = client.submit("/register", {**FIELDS, "display_name": "Jana Thomsen", **changed})
    assert response.status_code == 422
    assert message in response.text
    assert "data-error-summary" in response.text
    assert PASSWORD not in response.text
    if "email" not in changed:
        assert "Jana@Example.org".lower() in response.text.lower()
    assert count_users() == 0
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["Aylin Kaya", "AYLIN KAYA", "Aylín  Kaya", "aylin-kaya"])
def test_a_name_that_folds_to_a_taken_one_is_refused(client, name):
    make_user("Aylin Kaya")
    response = client.submit("/register", {**FIELDS, "display_name": name})
    assert response.status_code == 422
    assert "Somebody has this name" in response.text


def test_a_known_address_is_told_by_mail_alone(client, app):
    make_account("Old Hand", email="jana@example.org")
    response = client.submit("/register", FIELDS)
    assert (response.status_code, response.location) == (303, "/sign-in?next=/")
    assert "We have sent you a mail." in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert count_users() == 1
    (mail,) = sent_mails(app)
    assert mail.to == ["jana@example.org"]
    assert mail.subject == "You have an account already"
    assert "Old Hand" in mail.body


def test_a_refused_form_does_not_tell_that_an_address_is_known(app):
    make_account(email="known@example.org")
    pages = []
    for email in ("known@example.org", "other@example.org"):
        page = app.test_client().submit(
            "/register", {**FIELDS, "email": email, "password": "short"}
        )
        pages.append((page.status_code, without_one_time_values(page.text).replace(email, "")))
    assert pages[0] == pages[1]


def test_fields_that_are_not_asked_for_change_nothing(client):
    client.submit("/register", {**FIELDS, "role": "admin", "active": "", "points": "9", "id": "77"})
    user = db.session.scalars(select(User)).one()
    assert (user.role, user.active, user.points) == ("member", True, 0)
    assert user.id != 77


def test_two_who_take_a_name_at_the_same_moment_do_not_both_get_it(app):
    make_user("Jana Thomsen")
    datastore = app.extensions["security"].datastore
    with app.test_request_context(), pytest.raises(Conflict), transaction():
        datastore.create_user(email="j@example.org", display_name="jana thomsen", password="x")


def test_passwords_outlive_the_secret_key(app):
    with app.test_request_context():
        stored = hash_password(PASSWORD)
    assert Argon2Hasher().verify(stored, PASSWORD)


def test_registering_takes_a_csrf_token(client):
    assert client.post("/register", data=FIELDS).status_code == 400
    assert count_users() == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    headers = {"X-CSRFToken": client.csrf_token()}
    assert getattr(client, method)("/register", headers=headers).status_code == 405
