"""After the password: the second factor. Instead of it: a passkey alone."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import transaction
from community.core.forms import takes
from community.core.limits import limited
from community.core.web import public, read_only
from community.identity.addresses import safe_next
from community.identity.ceremonies import PasskeyRefused, request_options
from community.identity.challenges import begin_challenge, take_challenge
from community.identity.forms import PasskeySignInForm, ProofForm
from community.identity.models import User
from community.identity.operations.codes import Outcome
from community.identity.operations.passkeys import use_passkey
from community.identity.pending import (
    PendingSignIn,
    forget_first_factor,
    pending_sign_in,
    pending_user,
)
from community.identity.proofs import (
    SECOND_FACTOR,
    Proof,
    factor_context,
    proof_of,
    second_factor_options,
    show_proof,
)
from community.identity.queries import get_user
from community.identity.security import errors_of
from community.identity.signing_in import begin_session
from community.identity.suspended import explain_suspension
from community.identity.views.blueprints import identity

SIGN_IN = "sign_in"


@identity.route("/sign-in/second-factor", methods=["GET", "POST"])
@public
@takes("next", "code", "credential")
@limited("sign-in")
@read_only
def ask_second_factor() -> ResponseReturnValue:
    """Ask for the second factor; with it the session begins."""
    pending = pending_sign_in()
    user = pending_user(pending) if pending else None
    if pending is None or user is None:
        return _begin_again(_("That took too long. Please sign in again."))
    form = ProofForm()
    if not form.validate_on_submit():
        return _factor_page(user, errors_of(form))
    try:
        return _sign_in_with(pending, user, proof_of(user, form, use=SECOND_FACTOR))
    except PasskeyRefused as refusal:
        return _factor_page(user, {"": str(refusal)})


def _sign_in_with(pending: PendingSignIn, user: User, proof: Proof) -> ResponseReturnValue:
    with transaction():
        present = pending_user(pending)
        if present is None:
            return _begin_again(_("That took too long. Please sign in again."))
        outcome = show_proof(present, proof, attempt=pending.attempt)
        if outcome is Outcome.RIGHT:
            begin_session(
                present, method=pending.method, second_factor=True, remember=pending.remember
            )
            return redirect(pending.goal, 303)
    if outcome is Outcome.EXHAUSTED:
        return _begin_again(_("There were too many wrong codes. Please sign in again."))
    return _factor_page(user, {"code": _("This code is not right, or it was used already.")})


def _factor_page(user: User, errors: dict[str, str]) -> ResponseReturnValue:
    page = render_template("identity/second_factor.html", errors=errors, **factor_context(user.id))
    return page, 422 if errors else 200


def _begin_again(message: str) -> ResponseReturnValue:
    forget_first_factor()
    flash(message, "info")
    return redirect(url_for("identity.sign_in"), 303)


@identity.post("/sign-in/second-factor/challenge")
@public
@takes()
@limited("typing")
@read_only
def make_second_factor_challenge() -> ResponseReturnValue:
    """Tell the browser what to ask the passkeys of who has shown the first factor."""
    pending = pending_sign_in()
    user = pending_user(pending) if pending else None
    if user is None:
        raise PasskeyRefused()
    return jsonify(second_factor_options(user.id, use=SECOND_FACTOR))


@identity.post("/sign-in/passkey/challenge")
@public
@takes()
@limited("typing")
@read_only
def make_sign_in_challenge() -> ResponseReturnValue:
    """Tell the browser what to ask a passkey whose owner we do not know yet."""
    return jsonify(request_options(begin_challenge(SIGN_IN), known=None))


@identity.post("/sign-in/passkey")
@public
@takes("next", "remember", "credential")
@limited("sign-in")
@read_only
def sign_in_with_passkey() -> ResponseReturnValue:
    """Sign in with a passkey, which stands for both factors because it checks its user."""
    form = PasskeySignInForm()
    goal = safe_next(request.form.get("next"))
    try:
        if not form.validate_on_submit():
            raise PasskeyRefused()
        challenge = take_challenge(SIGN_IN).value
        with transaction():
            user = get_user(use_passkey(form.credential.data or "", challenge=challenge))
            assert user is not None
            if user.is_only_suspended:
                return explain_suspension(user)
            begin_session(user, method="passkey", second_factor=True, remember=form.remember.data)
    except PasskeyRefused as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("identity.sign_in", next=goal), 303)
    return redirect(goal, 303)
