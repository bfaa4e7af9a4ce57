"""Setting up and giving up second factors."""

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import transaction
from community.core.errors import Refusal
from community.core.forms import takes
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.web import add_resource, read_only
from community.identity.ceremonies import creation_options
from community.identity.challenges import begin_challenge, take_challenge
from community.identity.forms import PasskeyNameForm, TotpForm
from community.identity.models import TotpFactor
from community.identity.operations import passkeys, totp
from community.identity.operations.recovery_codes import renew_recovery_codes as renew_codes
from community.identity.qr_codes import draw_qr_code
from community.identity.queries import (
    count_recovery_codes,
    get_totp,
    has_second_factor,
    list_passkeys,
)
from community.identity.recovery import hash_codes, new_codes
from community.identity.security import errors_of
from community.identity.signing_in import (
    is_held_back,
    note_verification,
    recently_verified,
    signed_in_user,
)
from community.identity.throttling import count_code_renewal
from community.identity.totp import setup_address, spelled_secret
from community.identity.views.blueprints import account

REGISTER = "register"


@account.get("/account/factors")
def show_factors() -> ResponseReturnValue:
    """Show which second factors there are, and how to add one."""
    return _overview({})


def _overview(errors: dict[str, str], *, name: str = "") -> ResponseReturnValue:
    user = signed_in_user()
    app = get_totp(user.id)
    page = render_template(
        "identity/factors.html",
        totp=app if app and app.confirmed_at else None,
        passkeys=list_passkeys(user.id),
        codes_left=count_recovery_codes(user.id),
        is_protected=has_second_factor(user.id),
        is_held_back=is_held_back(),
        errors=errors,
        new_name=name,
    )
    return page, 422 if errors else 200


@takes()
@recently_verified
def begin_totp() -> ResponseReturnValue:
    """Make the secret of an authenticator app, and go on to scan it."""
    totp.begin_totp(signed_in_user())
    return redirect(url_for("account.show_totp"), 303)


@takes()
@recently_verified
def remove_totp() -> ResponseReturnValue:
    """Remove the authenticator app."""
    totp.remove_totp(signed_in_user())
    flash(_("The authenticator app is removed."), "success")
    return redirect(url_for("account.show_factors"), 303)


add_resource(account, "/account/factors/totp", create=begin_totp, delete=remove_totp)


@account.get("/account/factors/totp")
@recently_verified
def show_totp() -> ResponseReturnValue:
    """Show the QR code and the key of an app that is being set up; never those of one in use."""
    app = get_totp(signed_in_user().id)
    if app is None or app.confirmed_at is not None:
        return redirect(url_for("account.show_factors"), 303)
    return _setup_page(app, {})


def _setup_page(app: TotpFactor, errors: dict[str, str]) -> ResponseReturnValue:
    user, secret = signed_in_user(), totp.read_secret(app)
    address = setup_address(
        secret, issuer=current_settings().site_name, account=user.email or user.display_name
    )
    page = render_template(
        "identity/totp.html",
        drawing=draw_qr_code(address),
        spelled=spelled_secret(secret),
        address=address,
        errors=errors,
    )
    return page, 422 if errors else 200


@account.post("/account/factors/totp/confirmation")
@takes("code")
@limited("sign-in")
@recently_verified
@read_only
def confirm_totp() -> ResponseReturnValue:
    """Put the app into use with the first code it shows."""
    user, form = signed_in_user(), TotpForm()
    app = get_totp(user.id)
    if app is None or app.confirmed_at is not None:
        return redirect(url_for("account.show_factors"), 303)
    if not form.validate_on_submit():
        return _setup_page(app, errors_of(form))
    try:
        with transaction():
            totp.confirm_totp(user, form.code.data)
            note_verification(second_factor=True)
    except totp.CodeDoesNotFit as refusal:
        return _setup_page(app, {"code": str(refusal)})
    return _go_on_after_addition(_("The authenticator app is set up."))


@account.post("/account/factors/passkeys/challenge")
@takes()
@recently_verified
@read_only
def make_registration_challenge() -> ResponseReturnValue:
    """Tell the browser what to ask a new passkey."""
    user = signed_in_user()
    handle = passkeys.handle_for(user)
    options = creation_options(
        begin_challenge(REGISTER, handle=handle),
        handle=handle,
        name=user.email or user.display_name,
        known=list_passkeys(user.id),
    )
    return jsonify(options)


@account.post("/account/factors/passkeys")
@recently_verified
@read_only
def add_passkey() -> ResponseReturnValue:
    """Register the passkey that answered."""
    form = PasskeyNameForm()
    if not form.validate_on_submit():
        return _overview(errors_of(form), name=form.name.data)
    try:
        kept = take_challenge(REGISTER)
        with transaction():
            passkeys.add_passkey(
                signed_in_user(),
                form.credential.data or "",
                challenge=kept.value,
                handle=kept.handle,
                name=form.name.data,
            )
            note_verification(second_factor=True)
    except Refusal as refusal:
        return _overview({"name": str(refusal)}, name=form.name.data)
    return _go_on_after_addition(_("The passkey is added."))


@recently_verified
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Give a passkey another name."""
    form = PasskeyNameForm()
    if not form.validate_on_submit():
        return _overview({f"name-{passkey_id}": next(iter(errors_of(form).values()))})
    passkeys.rename_passkey(signed_in_user(), passkey_id, form.name.data)
    flash(_("The passkey has its new name."), "success")
    return redirect(url_for("account.show_factors"), 303)


@takes()
@recently_verified
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove a passkey."""
    passkeys.remove_passkey(signed_in_user(), passkey_id)
    flash(_("The passkey is removed."), "success")
    return redirect(url_for("account.show_factors"), 303)


add_resource(
    account,
    "/account/factors/passkeys/<int:passkey_id>",
    create=rename_passkey,
    delete=remove_passkey,
)


@account.post("/account/factors/recovery-codes")
@limited("sign-in")
@takes()
@recently_verified
@read_only
def renew_recovery_codes() -> ResponseReturnValue:
    """Make a new set of recovery codes; the old one is void."""
    count_code_renewal(signed_in_user().id)
    return _show_new_codes()


def _go_on_after_addition(message: str) -> ResponseReturnValue:
    flash(message, "success")
    if count_recovery_codes(signed_in_user().id):
        return redirect(url_for("account.show_factors"), 303)
    return _show_new_codes()


def _show_new_codes() -> ResponseReturnValue:
    codes = new_codes()
    hashes = hash_codes(codes)
    with transaction():
        renew_codes(signed_in_user(), hashes)
    return render_template("identity/recovery_codes.html", codes=codes)
