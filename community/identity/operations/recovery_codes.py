"""Making and using recovery codes."""

from sqlalchemy import delete, select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.db import db
from community.core.errors import NotFound
from community.identity.mails import send_account_mail
from community.identity.models import RecoveryCode, User
from community.identity.operations.factors import lock_factors, overview_address
from community.identity.queries import count_recovery_codes, has_second_factor
from community.identity.recovery import hash_like, tidy_code


def renew_recovery_codes(actor: User, hashes: list[str]) -> None:
    """Replace all codes by a new set, given as ``recovery.hash_codes`` made it."""
    lock_factors(actor.id)
    if not has_second_factor(actor.id):
        raise NotFound()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.id))
    db.session.add_all(RecoveryCode(user_id=actor.id, code_hash=code) for code in hashes)
    db.session.flush()
    record(actor, Action.RECOVERY_CODES_RENEWED, subject=("user", actor.id))
    send_account_mail(actor, "recovery_codes_renewed", link=overview_address())


def hash_typed_code(user_id: int, typed: str) -> str | None:
    """Return what a typed code hashes to in the user's set, None where it cannot be one of it.

    Slow, so call it before ``use_recovery_code`` and outside the write lock.
    """
    code = tidy_code(typed)
    if code is None:
        return None
    example = db.session.scalar(
        select(RecoveryCode.code_hash).where(RecoveryCode.user_id == user_id).limit(1)
    )
    return None if example is None else hash_like(code, example)


def use_recovery_code(user: User, code_hash: str | None) -> bool:
    """Say whether this is the hash of a code that was not used yet, and use it up.

    Its owner is told by mail. Expects the factors to be locked.
    """
    unused = update(RecoveryCode).where(
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_hash == code_hash,
        RecoveryCode.used_at.is_(None),
    )
    used = db.session.execute(unused.values(used_at=clock.now())).rowcount  # type: ignore[attr-defined]
    if not used:
        return False
    left = count_recovery_codes(user.id)
    record(user, Action.RECOVERY_CODE_USED, subject=("user", user.id), after={"left": left})
    send_account_mail(user, "recovery_code_used", link=overview_address())
    return True
