"""Signing in and out, and who must."""

from flask_security import hash_password

from tests.factories.community import make_user

PASSWORD = "ferry boat lantern"


def make_account(**values):
    return make_user(password=hash_password(PASSWORD), **values)


def sign_in(client, email, password=PASSWORD, **fields):
    return client.submit("/sign-in", {"email": email, "password": password, **fields})


def test_the_form_signs_in_and_goes_on(client):
    user = make_account(email="jana@example.org")
    response = sign_in(client, "Jana@Example.org", next="/preferences")
    assert (response.status_code, response.location) == (303, "/preferences")
    assert client.get("/preferences").status_code == 200
