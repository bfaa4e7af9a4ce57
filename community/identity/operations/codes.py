"""Checking a code at sign-in or re-authentication, and how often one may be wrong."""

from datetime import timedelta
from enum import Enum, auto

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from community.core import clock
from community.core.db import db
from community.core.errors import RateLimited
from community.identity.mails import address_of, send_account_mail
from community.identity.models import SpentChallenge, User, WrongCode
from community.identity.operations.factors import lock_factors
from community.identity.operations.recovery_codes import use_recovery_code
from community.identity.operations.totp import use_totp

WRONG_PER_ATTEMPT = 5
ATTEMPT_LASTS = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)


class Outcome(Enum):
    """How entering a code ended; ``EXHAUSTED`` means that this attempt is over."""

    RIGHT = auto()
    WRONG = auto()
    EXHAUSTED = auto()


class TooManyWrongCodes(RateLimited):
    """Too many wrong codes in one session; passkeys still work."""

    message = _l("There were too many wrong codes. Please try again %(wait)s, or use a passkey.")


def use_code(user: User, typed: str, code_hash: str | None, *, attempt: str) -> Outcome:
    """Use a code of the app, or a recovery code whose hash is given (``hash_typed_code``).

    ``attempt`` names the sign-in or session it belongs to: after five wrong codes that is over, and
    its owner, whose password somebody knows, is told by mail. The lock makes guesses at the same
    time wait for each other, so all are counted. How often an account may be guessed at in all is
    counted by ``throttling``.
    """
    lock_factors(user.id)
    before = _count_wrong(user.id, attempt)
    if before >= WRONG_PER_ATTEMPT:
        return Outcome.EXHAUSTED
    if use_totp(user.id, typed) or (code_hash and use_recovery_code(user, code_hash)):
        return Outcome.RIGHT
    db.session.add(WrongCode(user_id=user.id, attempt=attempt))
    db.session.flush()
    if before + 1 < WRONG_PER_ATTEMPT:
        return Outcome.WRONG
    send_account_mail(user, "wrong_codes", link=address_of("identity.forgot_password"))
    return Outcome.EXHAUSTED


def _count_wrong(user_id: int, attempt: str) -> int:
    wrong = select(func.count(WrongCode.id)).where(
        WrongCode.user_id == user_id,
        WrongCode.entered_at > clock.now() - ATTEMPT_LASTS,
        WrongCode.attempt == attempt,
    )
    return db.session.scalar(wrong) or 0


def prune_factor_traces() -> None:
    """Forget wrong codes and spent challenges that no check asks for any more."""
    before = clock.now() - KEPT_FOR
    db.session.execute(delete(WrongCode).where(WrongCode.entered_at < before))
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.spent_at < before))
