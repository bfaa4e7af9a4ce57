"""The blueprint that the views of this package register with."""

from typing import cast

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from community.core.web import current_viewer
from community.identity.addresses import safe_next
from community.identity.models import User

blueprint = Blueprint("notifications", __name__)


def signed_in_user() -> User:
    """Return the signed-in viewer; guests have been turned away before."""
    return cast(User, current_viewer())


def redirect_back(default: str) -> ResponseReturnValue:
    """Redirect to the form's ``next`` if it is an address on this site, else to ``default``."""
    wanted = request.form.get("next")
    return redirect(safe_next(wanted) if wanted else default, 303)
