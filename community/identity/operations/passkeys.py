"""Adding, naming, using and removing passkeys."""

import hashlib

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts, lock_row
from community.core.errors import Conflict, NotFound
from community.identity.ceremonies import (
    NewPasskey,
    PasskeyRefused,
    check_answer,
    check_creation,
    claim_of,
    new_handle,
)
from community.identity.models import Passkey, SpentChallenge, User
from community.identity.operations.factors import lock_factors, note_addition, note_removal
from community.identity.queries import list_passkeys, may_be_told

MOST = 20


class PasskeyKnown(Conflict):
    """The passkey is registered already, here or with another account."""

    message = _l("This passkey is registered already.")


class TooManyPasskeys(Conflict):
    """Nobody needs so many."""

    message = _l("You have many passkeys already. Remove one first.")


def handle_for(user: User) -> str:
    """Return the mark by which this user's passkeys know them, or a new one to be kept later."""
    return user.passkey_handle or new_handle()


def add_passkey(actor: User, answer: str, *, challenge: bytes, handle: str, name: str) -> None:
    """Register a passkey by the browser's answer; raises ``PasskeyRefused`` and ``PasskeyKnown``.

    ``handle`` is the mark that the browser was given with the challenge.
    """
    created = check_creation(answer, challenge=challenge)
    lock_factors(actor.id)
    _spend(challenge)
    if len(list_passkeys(actor.id)) >= MOST:
        raise TooManyPasskeys()
    _keep_handle(actor, handle)
    _store(actor, created, name)
    note_addition(actor, "passkey")


def _keep_handle(actor: User, handle: str) -> None:
    kept = db.session.scalar(select(User.passkey_handle).where(User.id == actor.id))
    if kept is None:
        stored = update(User).where(User.id == actor.id).values(passkey_handle=handle)
        db.session.execute(stored)
    elif kept != handle:
        # Two browsers registered the first passkey at the same time.
        raise PasskeyRefused()


def _store(actor: User, created: NewPasskey, name: str) -> None:
    passkey = Passkey(
        user_id=actor.id,
        credential_id=created.credential_id,
        public_key=created.public_key,
        sign_count=created.sign_count,
        transports=created.transports,
        is_backed_up=created.is_backed_up,
        name=name,
    )
    db.session.add(passkey)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise PasskeyKnown() from error


def rename_passkey(actor: User, passkey_id: int, name: str) -> None:
    """Give a passkey of one's own another name; raises ``NotFound``."""
    own = update(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == actor.id)
    if not db.session.execute(own.values(name=name)).rowcount:  # type: ignore[attr-defined]
        raise NotFound()


def remove_passkey(actor: User, passkey_id: int) -> None:
    """Remove a passkey of one's own; raises ``NotFound`` and ``LastFactor``."""
    lock_factors(actor.id)
    own = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == actor.id)
    if not db.session.execute(own).rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    note_removal(actor, "passkey")


def use_passkey(answer: str, *, challenge: bytes) -> int:
    """Return the id of who signs in with a passkey alone; raises ``PasskeyRefused``.

    The passkey must have checked its user, so it stands for both factors. Who is suspended is
    recognised as well: they are told why they cannot come in.
    """
    passkey = _claimed(answer)
    _check(answer, passkey, challenge=challenge, must_verify_user=True)
    return passkey.user_id


def use_passkey_of(user_id: int, answer: str, *, challenge: bytes) -> None:
    """Use a passkey as second factor of somebody known; raises ``PasskeyRefused``."""
    passkey = _claimed(answer)
    if passkey.user_id != user_id:
        raise PasskeyRefused()
    _check(answer, passkey, challenge=challenge, must_verify_user=False)


def _claimed(answer: str) -> Passkey:
    claim = claim_of(answer)
    query = (
        select(Passkey, User.passkey_handle)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == claim.credential_id, may_be_told())
    )
    found = db.session.execute(
        lock_row(query).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise PasskeyRefused()
    passkey, handle = found
    if claim.handle is not None and claim.handle != handle:
        raise PasskeyRefused()
    return passkey


def _check(answer: str, passkey: Passkey, *, challenge: bytes, must_verify_user: bool) -> None:
    count = check_answer(answer, passkey, challenge=challenge, must_verify_user=must_verify_user)
    _spend(challenge)
    passkey.sign_count = count
    passkey.last_used_at = clock.now()
    db.session.flush()


def _spend(challenge: bytes) -> None:
    insert = insert_ignoring_conflicts(SpentChallenge).values(
        challenge_hash=hashlib.sha256(challenge).hexdigest(), spent_at=clock.now()
    )
    stored = db.session.execute(insert)
    if not stored.rowcount:  # type: ignore[attr-defined]
        raise PasskeyRefused()
