"""Showing a second factor, at sign-in and later: what the browser sent, and what it proves."""

from typing import Any, NamedTuple

from community.core.settings import current_settings
from community.identity.ceremonies import are_passkeys_possible, request_options
from community.identity.challenges import begin_challenge, take_challenge
from community.identity.forms import ProofForm
from community.identity.models import User
from community.identity.operations.codes import Outcome, use_code
from community.identity.operations.passkeys import use_passkey_of
from community.identity.operations.recovery_codes import hash_typed_code
from community.identity.queries import count_recovery_codes, has_app, list_passkeys
from community.identity.throttling import NOT_COUNTED, Attempt, count_attempt, note_success

SECOND_FACTOR = "second_factor"
VERIFY = "verify"


class Proof(NamedTuple):
    """What was shown: a passkey's answer to a challenge, or a code (and its slow hash)."""

    answer: str = ""
    challenge: bytes = b""
    code: str = ""
    code_hash: str | None = None
    guess: Attempt = NOT_COUNTED


def proof_of(user: User, form: ProofForm, *, use: str) -> Proof:
    """Return what a form shows; slow for recovery codes.

    Raises ``PasskeyRefused``, and ``TooManyTries`` where codes were guessed at.
    """
    if form.credential.data:
        return Proof(answer=form.credential.data, challenge=take_challenge(use).value)
    code = form.code.data or ""
    guess = count_attempt("code", user.email or f"user {user.id}")
    return Proof(code=code, code_hash=hash_typed_code(user.id, code), guess=guess)


def show_proof(user: User, proof: Proof, *, attempt: str) -> Outcome:
    """Check and use up a proof in the present transaction; raises ``PasskeyRefused``."""
    if proof.answer:
        use_passkey_of(user.id, proof.answer, challenge=proof.challenge)
        return Outcome.RIGHT
    outcome = use_code(user, proof.code, proof.code_hash, attempt=attempt)
    if outcome is Outcome.RIGHT:
        note_success(proof.guess)
    return outcome


def second_factor_options(user_id: int, *, use: str) -> dict[str, Any]:
    """Return what the browser is to ask the passkeys of a user, with a new challenge."""
    return request_options(begin_challenge(use), known=list_passkeys(user_id))


def factor_context(user_id: int) -> dict[str, bool]:
    """Return which ways of showing a second factor a page offers."""
    possible = are_passkeys_possible(current_settings())
    return {
        "has_app": has_app(user_id),
        "has_passkeys": possible and bool(list_passkeys(user_id)),
        "has_codes": count_recovery_codes(user_id) > 0,
    }
