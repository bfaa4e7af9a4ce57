"""Flask-Security as far as we use it: password hashes, the login manager, who is signed in."""

from typing import Any

from flask import Flask, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore
from flask_wtf import FlaskForm

from community.core.authz import GUEST
from community.core.db import db
from community.core.i18n import TRANSLATIONS
from community.core.settings import Settings
from community.core.web import SAFE_METHODS, is_fragment_request, is_impersonal, is_public
from community.identity import signing_in, throttling
from community.identity.addresses import sign_in_address
from community.identity.models import RoleGrant, User
from community.identity.operations.sessions import hash_of
from community.identity.policies import LONGEST


def init_app(app: Flask, settings: Settings) -> None:
    """Bind Flask-Security and name the viewer of every request."""
    app.config.update(_security_config(settings))
    # One for each application: it keeps the cost of a password's hash.
    security = Security()
    security.init_app(
        app,
        SQLAlchemyUserDatastore(db, User, RoleGrant),  # type: ignore[arg-type]
        register_blueprint=False,
    )
    _leave_out_what_we_do_not_use(app, security)
    signing_in.init_app(app)
    throttling.init_app(app)
    app.before_request(name_viewer)
    app.before_request(_ask_guests_to_sign_in)
    app.before_request(_hold_staff_back)


def _security_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_BLUEPRINT_NAME": "identity",
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(TRANSLATIONS)],
        "SECURITY_JOIN_USER_ROLES": False,
        # Staying signed in is the session's own cookie, kept by the browser; there is no other.
        "SESSION_COOKIE_NAME": "__Host-session" if settings.uses_https else "session",
        "PERMANENT_SESSION_LIFETIME": LONGEST,
        "SESSION_REFRESH_EACH_REQUEST": False,
        **_password_config(settings),
    }


def _password_config(settings: Settings) -> dict[str, Any]:
    return {
        # Argon2 alone: hashed with the secret key as well, every password would end with the key.
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": settings.argon2_memory_kib,
            "argon2__time_cost": settings.argon2_time_cost,
            "argon2__parallelism": settings.argon2_parallelism,
        },
    }


def _leave_out_what_we_do_not_use(app: Flask, security: Security) -> None:
    # Flask-Principal would read the user even for a style sheet, and tokens in the address or in a
    # header would be a second way in, past the sign-in page.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.login_manager._request_callback = None  # type: ignore[attr-defined]


def errors_of(form: FlaskForm) -> dict[str, str]:
    """Return the first message of each field that was refused; "" stands for the whole form."""
    return {field or "": str(messages[0]) for field, messages in form.errors.items() if messages}


def account_of_cookie() -> str | None:
    """Return what stands for this request's account, without asking the database who it is.

    It is the session: a copy of a cookie whose session has ended uses up nothing of its owner's.
    """
    if is_impersonal(current_app, request.endpoint):
        return None
    token = session.get(signing_in.TOKEN_KEY)
    return hash_of(str(token)) if token else None


def name_viewer() -> None:
    """Find out who makes this request."""
    if is_impersonal(current_app, request.endpoint):
        g.viewer = GUEST
        return
    user = current_user._get_current_object()
    g.viewer = user if user.is_authenticated and user.active else GUEST


def _ask_guests_to_sign_in() -> ResponseReturnValue | None:
    if g.viewer.viewer_id is not None or is_public(current_app, request.endpoint):
        return None
    if is_fragment_request():
        return "", 401, {"HX-Redirect": sign_in_address()}
    return redirect(sign_in_address(), 302 if request.method in ("GET", "HEAD") else 303)


def _hold_staff_back() -> ResponseReturnValue | None:
    """Let staff do nothing before they have shown a second factor, or set one up."""
    if not signing_in.is_held_back() or signing_in.serves_who_is_held_back(
        current_app, request.endpoint
    ):
        return None
    if is_fragment_request():
        return "", 403
    return redirect(
        signing_in.address_for_second_factor(), 302 if request.method in SAFE_METHODS else 303
    )
