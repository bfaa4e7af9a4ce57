"""Register, sign in, sign out, reset: Flask-Security's views at our addresses."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import views as library
from werkzeug.exceptions import UnsupportedMediaType

from community.core.limits import limited
from community.core.web import public, read_only
from community.identity.addresses import HOME, safe_next
from community.identity.security import sign_in_address_for
from community.identity.signing_in import end_current_session

blueprint = Blueprint("identity", __name__)


@blueprint.before_request
def refuse_json() -> None:
    """Take forms only: the library would answer JSON in its own way."""
    if request.is_json:
        raise UnsupportedMediaType()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@read_only
@limited("sign-in")
def sign_in() -> ResponseReturnValue:
    """Sign in and go on; it writes nothing, so checking a password keeps no writer waiting."""
    return _go_on_after(library.login)


@blueprint.route("/register", methods=["GET", "POST"])
@public
@limited("registration")
def register() -> ResponseReturnValue:
    """Make an account, sign in and go on; who has one already is told by mail."""
    return _go_on_after(library.register)


def _go_on_after(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    goal = safe_next(request.form.get("next") or request.args.get("next"))
    response = None if current_user.is_authenticated else view()
    if response is None or current_user.is_authenticated:
        return redirect(goal, 303)
    if getattr(response, "status_code", 200) == 302:
        # The library pretends that it made the account which this address has already.
        flash(_("We have sent you a mail. If you have an account, sign in with it."), "info")
        return redirect(sign_in_address_for(goal), 303)
    return response


@blueprint.post("/sign-out")
@public
@limited("writing")
def sign_out() -> ResponseReturnValue:
    """End this browser's session, on the server first: a copy of its cookie is worth nothing."""
    end_current_session()
    return redirect(HOME, 303)


@blueprint.route("/reset", methods=["GET", "POST"])
@public
@limited("mails")
def forgot_password() -> ResponseReturnValue:
    """Ask for a link to a new password; the answer is the same for every address."""
    response: ResponseReturnValue = library.forgot_password()
    return response


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
@limited("sign-in")
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password with the link from the mail; it works once."""
    response: ResponseReturnValue = library.reset_password(token)
    return response
