"""Accounts with a password, links out of mails, and pages without what differs each time."""

import re
from typing import Any

from flask import Flask
from flask_security import hash_password
from werkzeug.test import TestResponse

from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.mailbox import sent_mails

PASSWORD = "ferry boat lantern"
NEW_PASSWORD = "harbour crane whistle"
REGISTRATION = {
    "email": "Jana@Example.org",
    "display_name": "Jana  Thomsen",
    "password": PASSWORD,
}

_ONE_TIME = re.compile(r'(value|content|nonce)="[\w.-]{20,}"')
_LINK = re.compile(r"http://localhost(/\S+)")


def make_account(name: str | None = None, **values: object) -> User:
    """Make a member who can sign in with ``PASSWORD``."""
    return make_user(name, password=hash_password(PASSWORD), **values)


def sign_in(client: ForumClient, email: str | None, **fields: str) -> TestResponse:
    """Send the sign-in form."""
    return client.submit("/sign-in", {"email": email, "password": PASSWORD, **fields})


def is_signed_in(client: ForumClient) -> bool:
    """Say whether a page opens that staff reach, too, before they set up a second factor."""
    return client.get("/account/factors").status_code == 200


def without_one_time_values(page: str) -> str:
    """Return a page without nonces and tokens."""
    return _ONE_TIME.sub("", page)


def link_in(mail: Any) -> str:
    """Return the path that a mail's link leads to; both of its parts say the same."""
    link = _LINK.search(mail.body)[1]
    assert f'href="http://localhost{link}"'.replace("&", "&amp;") in mail.alternatives[0][0]
    return str(link)


def mailed_link(app: Flask) -> str:
    """Run the worker and return the link of the one mail that was sent."""
    (mail,) = sent_mails(app)
    return link_in(mail)


def register(app: Flask, client: ForumClient, **fields: str) -> str:
    """Send the registration form; return the link that confirms it."""
    response = client.submit("/register", {**REGISTRATION, **fields})
    assert (response.status_code, response.location) == (303, "/mail-sent/registration")
    return mailed_link(app)
