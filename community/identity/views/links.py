"""Using a link from a mail: opening it shows a button, pressing that uses it up.

Programs that look into mails open every link, so a GET must change nothing. Source: Discourse
CVE-2019-1020018.
"""

import hmac

from flask import current_app, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import transaction
from community.core.limits import limited
from community.core.web import public, read_only
from community.identity.forms import ConfirmationForm, LinkForm, NewPasswordForm
from community.identity.mails import address_of, send_account_mail
from community.identity.models import OneTimeToken, Purpose, User
from community.identity.operations.credentials import (
    change_email,
    change_password,
    note_confirmation,
)
from community.identity.operations.registration import turn_into_account
from community.identity.operations.tokens import LinkSpent, get_token, redeem_token
from community.identity.passwords import hash_password, is_password_of
from community.identity.queries import get_user, is_name_taken, lock_user
from community.identity.signing_in import current_session, finish_first_factor
from community.identity.throttling import count_attempt, note_success, remember_device
from community.identity.views.blueprints import identity
from community.identity.views.pages import form_page, goal_of_request, spent_page

REGISTRATION_KEY = "registration"


def note_registration(password_hash: str, form_key: str | None) -> None:
    """Let this browser confirm the registration without typing the password once more."""
    session[REGISTRATION_KEY] = {"mark": _mark_of(password_hash), "form": form_key}


def is_registration_noted(form_key: str | None) -> bool:
    """Say whether this browser has sent this very form before."""
    noted = session.get(REGISTRATION_KEY) or {}
    return form_key is not None and noted.get("form") == form_key


def _registered_here(user: User) -> bool:
    noted = session.get(REGISTRATION_KEY) or {}
    return hmac.compare_digest(noted.get("mark", ""), _mark_of(user.password or ""))


def _mark_of(password_hash: str) -> str:
    # The hash is salted, so the mark fits one registration, and tells nothing of the password.
    key = str(current_app.secret_key).encode()
    return hmac.digest(key, b"registration:" + password_hash.encode(), "sha256").hex()


@identity.route("/confirmations/<token>", methods=["GET", "POST"])
@public
@read_only
@limited("sign-in")
def confirm_registration(token: str) -> ResponseReturnValue:
    """Make an account of a registration and sign in.

    Another browser than the one that registered asks for the password, or whoever registers with
    a foreign address would get in as soon as its owner pressed the button.
    """
    user = _user_of(get_token(Purpose.CONFIRM_EMAIL, token))
    if user is None:
        return spent_page("identity.send_confirmation")
    form = _confirmation_form(user)
    if not form.validate_on_submit():
        return form_page("identity/confirm_registration.html", form, user=user)
    if form.password and not _knows_password(user, form.password.data):
        form.password.errors = [_("This is not the password you chose when you registered.")]
        return form_page("identity/confirm_registration.html", form, user=user)
    name = (form.display_name and form.display_name.data) or user.display_name
    with transaction():
        confirmed = _unchanged(user)
        redeem_token(Purpose.CONFIRM_EMAIL, token)
        turn_into_account(confirmed, name)
    response = finish_first_factor(confirmed, method="link", remember=False, goal=goal_of_request())
    flash(_("Welcome! Your account is ready."), "success")
    return response


def _knows_password(user: User, password: str) -> bool:
    attempt = count_attempt("password", user.email)
    if not is_password_of(user, password):
        return False
    note_success(attempt)
    return True


def _confirmation_form(user: User) -> ConfirmationForm:
    form = ConfirmationForm()
    if _registered_here(user):
        del form.password
    if not user.is_pending or not is_name_taken(user.display_name, owner_id=user.id):
        del form.display_name
    return form


def _unchanged(user: User) -> User:
    """Return the user, locked; raises ``LinkSpent`` where the password is another one by now.

    The user is locked before the link, as in every change that voids links: no deadlock.
    """
    found = lock_user(User.id == user.id)
    if found is None or found.password != user.password:
        raise LinkSpent()
    return found


def _user_of(link: OneTimeToken | None) -> User | None:
    return None if link is None else get_user(link.user_id)


@identity.route("/sign-in/link/<token>", methods=["GET", "POST"])
@public
@read_only
@limited("sign-in")
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Sign in without a password."""
    user = _user_of(get_token(Purpose.SIGN_IN, token))
    if user is None:
        return spent_page("identity.send_sign_in_link")
    form = LinkForm()
    if not form.validate_on_submit():
        return form_page("identity/sign_in_by_link.html", form, user=user)
    with transaction():
        found = _unchanged(user)
        redeem_token(Purpose.SIGN_IN, token)
        note_confirmation(found)
    return finish_first_factor(found, method="link", remember=False, goal=goal_of_request())


@identity.route("/reset/<token>", methods=["GET", "POST"])
@public
@read_only
@limited("sign-in")
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password; signing in with it comes next, second factor and all."""
    user = _user_of(get_token(Purpose.RESET_PASSWORD, token))
    if user is None:
        return spent_page("identity.forgot_password")
    form = NewPasswordForm((user.display_name, user.email))
    if not form.validate_on_submit():
        return form_page("identity/reset_password.html", form)
    new_hash = hash_password(form.password.data)
    with transaction():
        _unchanged(user)
        redeem_token(Purpose.RESET_PASSWORD, token)
        changed = change_password(user.id, user.password, new_hash, but=None)
        note_confirmation(changed)
        send_account_mail(changed, "password_changed", link=address_of("identity.forgot_password"))
    flash(_("Your new password is set. Sign in with it now."), "success")
    return redirect(url_for("identity.sign_in"), 303)


@identity.route("/email-changes/<token>", methods=["GET", "POST"])
@public
@read_only
@limited("sign-in")
def confirm_email_change(token: str) -> ResponseReturnValue:
    """Give an account the address that this link was sent to; both addresses are told."""
    link = get_token(Purpose.CHANGE_EMAIL, token)
    user = _user_of(link)
    if link is None or user is None:
        return spent_page("account.change_email")
    form = LinkForm()
    if not form.validate_on_submit():
        return form_page("identity/confirm_email_change.html", form, user=user, email=link.sent_to)
    with transaction():
        _unchanged(user)
        redeem_token(Purpose.CHANGE_EMAIL, token)
        before = user.email
        changed = change_email(user.id, link.sent_to or "", but=_own_session_id(user))
        for address in {before, changed.email}:
            send_account_mail(changed, "email_changed", to=address)
    if _own_session_id(user) is not None:
        remember_device(changed.email)
    flash(_("Your account has the new e-mail address now."), "success")
    return redirect(url_for("account.show_account"), 303)


def _own_session_id(user: User) -> int | None:
    row = current_session()
    return row.id if row is not None and row.user_id == user.id else None
