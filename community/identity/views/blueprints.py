"""The blueprint of the pages on which people look after their account, and what its views share."""

from typing import cast

from flask import Blueprint

from community.core.web import current_viewer
from community.identity.models import User

account = Blueprint("account", __name__)


def signed_in_user() -> User:
    """Return the signed-in viewer; guests have been turned away before."""
    return cast(User, current_viewer())
