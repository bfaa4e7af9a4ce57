"""Register, sign in, sign out, and ask for a mail with a link.

Every answer is the same whether or not an address has an account: what differs is left to the
worker and said by mail alone.
"""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import transaction
from community.core.errors import NotFound
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.jobs import enqueue
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.web import current_viewer, public, read_only
from community.identity.addresses import HOME, safe_next
from community.identity.forms import EmailForm, RegisterForm, SignInForm
from community.identity.models import Purpose, User
from community.identity.passwords import hash_password, is_password_of
from community.identity.pending import forget_first_factor
from community.identity.queries import get_user_by_email
from community.identity.signing_in import (
    AccountChanged,
    end_current_session,
    finish_first_factor,
)
from community.identity.suspended import explain_suspension
from community.identity.tasks import mail_link, settle_registration
from community.identity.throttling import (
    TooManyAccounts,
    TooManyTries,
    count_attempt,
    count_registration,
    is_device_known,
    note_success,
)
from community.identity.views.blueprints import identity
from community.identity.views.links import is_registration_noted, note_registration
from community.identity.views.pages import form_page, goal_of_request, job_key, too_fast_page

MAILED_KEY = "mailed"
MAILS = ("registration", "reset", "link")


@identity.route("/sign-in", methods=["GET", "POST"])
@public
@read_only
@limited("sign-in")
def sign_in() -> ResponseReturnValue:
    """Sign in by password and go on."""
    if current_viewer().viewer_id is not None:
        return redirect(goal_of_request(), 303)
    form = SignInForm(data={"next": goal_of_request()})
    if not form.validate_on_submit():
        return form_page("identity/sign_in.html", form)
    try:
        user = _user_with_password(form.email.data, form.password.data)
        if user is not None and user.is_only_suspended:
            return explain_suspension(user)
        if user is not None:
            kept = bool(form.remember.data)
            return finish_first_factor(user, method="password", remember=kept, goal=form.next.data)
    except TooManyTries as refusal:
        return too_fast_page("identity/sign_in.html", form, refusal)
    except AccountChanged:
        pass  # By now the password is another one, or the account is closed: it does not match.
    form.form_errors.append(_("E-mail address and password do not match."))
    return form_page("identity/sign_in.html", form)


def _user_with_password(email: str, password: str) -> User | None:
    attempt = count_attempt("password", email)
    user = get_user_by_email(email)
    if not is_password_of(user, password) or user is None or not _may_be_told(user):
        return None
    note_success(attempt)
    return user


def _may_be_told(user: User) -> bool:
    # An account that is disabled as well is closed to its owner too.
    return user.active or user.is_only_suspended


@identity.app_errorhandler(AccountChanged)
def ask_to_sign_in_again(error: AccountChanged) -> ResponseReturnValue:
    """Begin anew where the account changed between the first proof and the session."""
    forget_first_factor()
    flash(str(error), "info")
    return redirect(url_for("identity.sign_in"), 303)


@identity.route("/register", methods=["GET", "POST"])
@public
@read_only
@limited("registration")
def register() -> ResponseReturnValue:
    """Take a registration; the account begins when the link in the mail is used."""
    if current_viewer().viewer_id is not None:
        return redirect(goal_of_request(), 303)
    form = RegisterForm(data={"next": goal_of_request()})
    if not form.validate_on_submit():
        return form_page("identity/register.html", form)
    if not is_registration_noted(job_key(form)):
        try:
            count_registration()
        except TooManyAccounts as refusal:
            return too_fast_page("identity/register.html", form, refusal)
        _keep_registration(form)
    return _look_into_mail("registration", form)


def _keep_registration(form: RegisterForm) -> None:
    password_hash = hash_password(form.password.data)
    with transaction():
        enqueue(
            settle_registration,
            email=form.email.data,
            display_name=form.display_name.data,
            password_hash=password_hash,
            language=reader_language(),
            goal=form.next.data,
            terms_version=current_settings().terms_version,
        )
    note_registration(password_hash, job_key(form))


@identity.route("/confirmations", methods=["GET", "POST"])
@public
@read_only
@limited("mails")
def send_confirmation() -> ResponseReturnValue:
    """Send the link that confirms a registration once more."""
    return _send_link("identity/send_confirmation.html", Purpose.CONFIRM_EMAIL, "registration")


@identity.route("/reset", methods=["GET", "POST"])
@public
@read_only
@limited("mails")
def forgot_password() -> ResponseReturnValue:
    """Send a link to choose a new password."""
    return _send_link("identity/forgot_password.html", Purpose.RESET_PASSWORD, "reset")


@identity.route("/sign-in/link", methods=["GET", "POST"])
@public
@read_only
@limited("mails")
def send_sign_in_link() -> ResponseReturnValue:
    """Send a link that signs in without a password."""
    return _send_link("identity/send_sign_in_link.html", Purpose.SIGN_IN, "link")


def _send_link(template: str, purpose: Purpose, mail: str) -> ResponseReturnValue:
    form = EmailForm(data={"next": goal_of_request()})
    if not form.validate_on_submit():
        return form_page(template, form)
    with transaction():
        enqueue(
            mail_link,
            unique_key=job_key(form),
            email=form.email.data,
            purpose=purpose,
            language=reader_language(),
            goal=form.next.data,
            is_known=is_device_known(form.email.data),
        )
    return _look_into_mail(mail, form)


def _look_into_mail(mail: str, form: EmailForm) -> ResponseReturnValue:
    session[MAILED_KEY] = {"to": form.email.data, "next": form.next.data}
    return redirect(url_for("identity.show_mail_sent", mail=mail), 303)


@identity.get("/mail-sent/<mail>")
@public
def show_mail_sent(mail: str) -> ResponseReturnValue:
    """Say that a mail is on its way, if there is anybody to send it to."""
    if mail not in MAILS:
        raise NotFound()
    kept = session.get(MAILED_KEY) or {}
    return render_template(
        "identity/mail_sent.html",
        mail=mail,
        is_demo=current_settings().environment == "demo",
        email=kept.get("to", ""),
        next=safe_next(kept.get("next")),
    )


@identity.post("/sign-out")
@public
@takes()
@limited("writing")
def sign_out() -> ResponseReturnValue:
    """End this browser's session, on the server first: a copy of its cookie is worth nothing."""
    end_current_session()
    return redirect(HOME, 303)
