"""Accounts with a password, and pages without what differs from one answer to the next."""

import re

from flask_security import hash_password
from werkzeug.test import TestResponse

from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import make_user

PASSWORD = "ferry boat lantern"

_ONE_TIME = re.compile(r'(value|content|nonce)="[\w.-]{20,}"')


def make_account(name: str | None = None, **values: object) -> User:
    """Make a member who can sign in with ``PASSWORD``."""
    return make_user(name, password=hash_password(PASSWORD), **values)


def sign_in(client: ForumClient, email: str | None, **fields: str) -> TestResponse:
    """Send the sign-in form."""
    return client.submit("/sign-in", {"email": email, "password": PASSWORD, **fields})


def is_signed_in(client: ForumClient) -> bool:
    """Say whether a member's page opens."""
    return client.get("/preferences").status_code == 200


def without_one_time_values(page: str) -> str:
    """Return a page without nonces and tokens."""
    return _ONE_TIME.sub("", page)
