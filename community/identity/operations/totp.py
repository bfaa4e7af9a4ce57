"""Setting up, checking and removing an authenticator app."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community.core import clock
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid, NotFound
from community.core.sealing import seal, unseal
from community.identity.models import TotpFactor, User
from community.identity.operations.factors import lock_factors, note_addition, note_removal
from community.identity.totp import matching_counter, new_secret

PURPOSE = "totp"


class AppInUse(Conflict):
    """There is one already, and it must be removed by who can still use it."""

    message = _l("You have an authenticator app already. Remove it first.")


class CodeDoesNotFit(Invalid):
    """The app shows another code: not scanned yet, mistyped, or a clock that is wrong."""

    message = _l(
        "This code is not right. Enter the one that the app shows now, and check that the phone "
        "sets its clock by itself."
    )


def begin_totp(actor: User) -> None:
    """Make a secret for an app that is to be set up; an earlier unconfirmed one is void."""
    lock_factors(actor.id)
    factor = _lock_totp(actor.id)
    if factor is None:
        factor = TotpFactor(user_id=actor.id)
        db.session.add(factor)
    elif factor.confirmed_at is not None:
        raise AppInUse()
    factor.secret = _sealed(actor.id, new_secret())
    factor.created_at = clock.now()
    db.session.flush()


def read_secret(factor: TotpFactor) -> str:
    """Return the secret of an app; raises ``SealBroken`` where its key is gone."""
    return unseal(factor.secret, purpose=PURPOSE, record=_record(factor.user_id))


def confirm_totp(actor: User, code: str) -> None:
    """Put the app into use with its first code; raises ``CodeDoesNotFit``."""
    lock_factors(actor.id)
    factor = _lock_totp(actor.id)
    if factor is None:
        raise NotFound()
    if factor.confirmed_at is not None:
        raise AppInUse()
    if not _use_up(factor, code):
        raise CodeDoesNotFit()
    factor.confirmed_at = clock.now()
    db.session.flush()
    note_addition(actor, "totp")


def remove_totp(actor: User) -> None:
    """Remove the app; raises ``LastFactor``."""
    lock_factors(actor.id)
    factor = _lock_totp(actor.id)
    if factor is None:
        raise NotFound()
    was_in_use = factor.confirmed_at is not None
    db.session.execute(delete(TotpFactor).where(TotpFactor.user_id == actor.id))
    if was_in_use:
        note_removal(actor, "totp")


def use_totp(user_id: int, code: str) -> bool:
    """Say whether a code of the app is right; it counts once. Expects the factors to be locked."""
    factor = _lock_totp(user_id)
    return factor is not None and factor.confirmed_at is not None and _use_up(factor, code)


def _use_up(factor: TotpFactor, code: str) -> bool:
    secret = read_secret(factor)
    counter = matching_counter(secret, code, at=clock.now(), last_counter=factor.last_counter)
    if counter is None:
        return False
    factor.last_counter = counter
    # Sealed anew, so that a former key can be given up once everybody has signed in.
    factor.secret = _sealed(factor.user_id, secret)
    db.session.flush()
    return True


def _lock_totp(user_id: int) -> TotpFactor | None:
    query = select(TotpFactor).where(TotpFactor.user_id == user_id)
    return db.session.scalars(
        lock_row(query).execution_options(populate_existing=True)
    ).one_or_none()


def _sealed(user_id: int, secret: str) -> str:
    return seal(secret, purpose=PURPOSE, record=_record(user_id))


def _record(user_id: int) -> str:
    return f"user {user_id}"
