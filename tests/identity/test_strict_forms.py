"""Forms of accounts take each field once, under its own name, and no other."""

from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from community.core.db import transaction
from community.identity.models import Purpose
from community.identity.operations.tokens import issue_token
from tests.identity.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    is_signed_in,
    make_account,
    register,
)
from tests.mailbox import sent_mails

OTHER = "attacker@example.org"


def link(path, user, purpose):
    with transaction():
        return path.format(issue_token(user, purpose, sent_to="new@example.org"))


@pytest.fixture
def forms(app):
    """Every form: who sends it, where to, and fields with which it would be carried out."""
    user = make_account(email="victim@example.org")
    confirmation = register(app, app.test_client(), email="await@example.org")
    return {
        "sign-in": (None, "/sign-in", {"email": user.email, "password": PASSWORD}),
        "register": (
            None,
            "/register",
            {"email": "dora@example.org", "display_name": "Dora", "password": PASSWORD},
        ),
        "reset": (None, "/reset", {"email": user.email}),
        "sign-in link": (None, "/sign-in/link", {"email": user.email}),
        "confirmation mail": (None, "/confirmations", {"email": "await@example.org"}),
        "confirmation": (None, confirmation, {"password": PASSWORD}),
        "use of a sign-in link": (None, link("/sign-in/link/{}", user, Purpose.SIGN_IN), {}),
        "new password": (
            None,
            link("/reset/{}", user, Purpose.RESET_PASSWORD),
            {"password": NEW_PASSWORD},
        ),
        "use of a new address": (None, link("/email-changes/{}", user, Purpose.CHANGE_EMAIL), {}),
        "change of password": (user, "/account/password", {"password": NEW_PASSWORD}),
        "change of address": (user, "/account/email", {"email": "new@example.org"}),
        "verify": (user, "/verify", {"password": PASSWORD}),
    }


FORMS = (
    *("sign-in", "register", "reset", "sign-in link", "confirmation mail", "confirmation"),
    *("use of a sign-in link", "new password", "use of a new address", "change of password"),
    *("change of address", "verify"),
)


def variants(fields):
    """Return forms that another reader of them might understand in another way."""
    plain = list(fields.items())
    yield [*plain, ("role", "admin")]
    yield [*plain, ("user_id", "1")]
    yield [*plain, ("next[]", "/")]
    for name, value in plain:
        rest = [pair for pair in plain if pair[0] != name]
        other = OTHER if name == "email" else value
        yield [*plain, (name, other)]
        yield [(name, other), *plain]
        yield [*plain, (name, value)]
        yield [*rest, (f"{name}[]", value)]
        yield [*rest, (f"{name}[]", value), (f"{name}[]", other)]
        yield [*plain, (f"{name}[]", other)]
        yield [*rest, (f"{name}[0]", value)]
        yield [*rest, (name.capitalize(), value)]
        yield [*plain, (name.capitalize(), other)]
        yield [*plain, (name.upper(), other)]
        yield [*plain, (f" {name}", other)]
        yield [*plain, (f"{name} ", other)]


@pytest.mark.parametrize("name", FORMS)
def test_arrays_doubles_and_other_cases_are_refused(app, forms, name):
    sender, path, fields = forms[name]
    client = app.test_client()
    if sender:
        client.sign_in(sender)
    token = client.csrf_token()
    for form in variants(fields):
        response = client.post(path, data=MultiDict([("csrf_token", token), *form]))
        assert response.status_code == 422, form
        assert is_signed_in(client) == bool(sender)
    assert sent_mails(app) == []
    # And what was meant is carried out.
    assert client.submit(path, fields).status_code == 303


def test_the_list_of_forms_is_complete(forms):
    assert set(forms) == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_json_and_files_are_no_form(app, forms, name):
    sender, path, fields = forms[name]
    client = app.test_client()
    if sender:
        client.sign_in(sender)
    headers = {"X-CSRFToken": client.csrf_token()}
    assert client.post(path, json=fields, headers=headers).status_code == 415
    upload = {**fields, "csrf_token": client.csrf_token(), "file": (BytesIO(b"x"), "x.txt")}
    answer = client.post(path, data=upload, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_fields_in_the_address_do_not_count(client):
    user = make_account()
    client.submit(f"/sign-in?email={user.email}&password={PASSWORD}", {"email": OTHER})
    assert not is_signed_in(client)
