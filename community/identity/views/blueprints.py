"""The blueprints of signing in and of the pages about one's account, and what their views share."""

from typing import cast

from flask import Blueprint, request
from werkzeug.exceptions import UnsupportedMediaType

from community.core.web import current_viewer
from community.identity.models import User

identity = Blueprint("identity", __name__)
account = Blueprint("account", __name__)


@identity.before_request
@account.before_request
def refuse_json() -> None:
    """Take forms only."""
    if request.is_json:
        raise UnsupportedMediaType()


def signed_in_user() -> User:
    """Return the signed-in viewer; guests have been turned away before."""
    return cast(User, current_viewer())
