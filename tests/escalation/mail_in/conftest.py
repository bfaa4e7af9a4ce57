"""A site that takes mail."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tests.escalation.mail_in.mails import DOMAIN

HOOK_KEY = "a key that we share with a provider of mail"


@pytest.fixture
def mail_app(app: Flask) -> Iterator[Flask]:
    """The application with addresses at which mail comes in."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        before,
        mail_from=f"community@{DOMAIN}",
        mail_help_address=f"help@{DOMAIN}",
        mail_reply_address=f"reply@{DOMAIN}",
        mail_hook_key=HOOK_KEY,
    )
    yield app
    app.config["SETTINGS"] = before
