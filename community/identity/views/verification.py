"""Proving once more that it is oneself, before something grave."""

from flask import jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import transaction
from community.core.forms import takes
from community.core.limits import limited
from community.core.web import read_only
from community.identity.addresses import safe_next
from community.identity.ceremonies import PasskeyRefused
from community.identity.forms import ProofForm, VerifyForm
from community.identity.operations.codes import ATTEMPT_LASTS, Outcome, TooManyWrongCodes
from community.identity.proofs import (
    VERIFY,
    Proof,
    factor_context,
    proof_of,
    second_factor_options,
    show_proof,
)
from community.identity.queries import has_second_factor
from community.identity.security import errors_of
from community.identity.signing_in import current_session, note_verification, signed_in_user
from community.identity.views.blueprints import account, connected_providers


@account.route("/verify", methods=["GET", "POST"])
@limited("sign-in")
@read_only
def verify() -> ResponseReturnValue:
    """Ask for the second factor, or for the password where there is none.

    A password alone must not open what a second factor protects. Source: ASVS 5.0 §7.5.
    """
    goal = safe_next(request.form.get("next") or request.args.get("next"))
    if has_second_factor(signed_in_user().id):
        return _verify_by_factor(goal)
    return _verify_by_password(goal)


def _verify_by_password(goal: str) -> ResponseReturnValue:
    form = VerifyForm(signed_in_user())
    if not form.validate_on_submit():
        page = render_template(
            "identity/verify.html",
            errors=errors_of(form),
            next=goal,
            providers=connected_providers(signed_in_user()),
        )
        return page, 422 if form.errors else 200
    note_verification(second_factor=False)
    return redirect(goal, 303)


def _verify_by_factor(goal: str) -> ResponseReturnValue:
    form = ProofForm()
    if not form.validate_on_submit():
        return _factor_page(goal, errors_of(form))
    try:
        outcome = _show(proof_of(signed_in_user(), form, use=VERIFY))
    except PasskeyRefused as refusal:
        return _factor_page(goal, {"": str(refusal)})
    if outcome is Outcome.EXHAUSTED:
        raise TooManyWrongCodes(retry_after_seconds=int(ATTEMPT_LASTS.total_seconds()))
    if outcome is Outcome.WRONG:
        message = _("This code is not right, or it was used already.")
        return _factor_page(goal, {"code": message})
    return redirect(goal, 303)


def _show(proof: Proof) -> Outcome:
    session = current_session()
    assert session is not None
    with transaction():
        outcome = show_proof(signed_in_user(), proof, attempt=f"session {session.id}")
        if outcome is Outcome.RIGHT:
            note_verification(second_factor=True)
    return outcome


def _factor_page(goal: str, errors: dict[str, str]) -> ResponseReturnValue:
    context = factor_context(signed_in_user().id)
    page = render_template("identity/verify_factor.html", next=goal, errors=errors, **context)
    return page, 422 if errors else 200


@account.post("/verify/challenge")
@takes()
@limited("typing")
@read_only
def make_verify_challenge() -> ResponseReturnValue:
    """Tell the browser what to ask the passkeys of who is signed in."""
    return jsonify(second_factor_options(signed_in_user().id, use=VERIFY))
