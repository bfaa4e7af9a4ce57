"""The blueprint that the views of this package register with."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from community.identity.addresses import safe_next

blueprint = Blueprint("notifications", __name__)


def redirect_back(default: str) -> ResponseReturnValue:
    """Redirect to the form's ``next`` if it is an address on this site, else to ``default``."""
    wanted = request.form.get("next")
    return redirect(safe_next(wanted) if wanted else default, 303)
