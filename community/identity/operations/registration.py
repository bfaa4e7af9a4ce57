"""From a registration to an account: nobody sees one whose address was not confirmed.

An unconfirmed registration is an inactive user that does not hold its display name, so others can
run into nothing that tells whether an address was free. Source: ASVS 5.0 §6.3.8.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts, lock_row
from community.core.errors import Conflict
from community.core.jobs import emit
from community.events import AccountConfirmed
from community.identity.models import OneTimeToken, User
from community.identity.models.users import PENDING
from community.identity.names import name_columns
from community.identity.operations.consents import agree_to_terms
from community.identity.operations.names import NameTaken
from community.identity.queries import is_name_taken, lock_user

KEPT_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What somebody typed to register, tidied; the password as its hash alone.

    ``terms_version`` is the version of the terms that stood beside the form.
    """

    email: str
    display_name: str
    password_hash: str
    language: str
    terms_version: str = ""


def keep_registration(registration: Registration) -> User | None:
    """Keep a registration until its address is confirmed; None where the address has an account.

    A later registration with the same address replaces an earlier one, password and all: only the
    owner of the address can confirm either. Raises ``Conflict`` for one at the same moment.
    """
    # Locked, or it could be confirmed between the question and the new password.
    user = lock_user(User.email == registration.email)
    if user is None:
        user = _add_pending_user(registration.email)
    if not user.is_pending:
        return None
    user.display_name = registration.display_name
    user.password = registration.password_hash
    user.language = registration.language
    user.terms_version = registration.terms_version or None
    user.created_at = clock.now()
    db.session.flush()
    return user


def _add_pending_user(email: str) -> User:
    stored = db.session.execute(
        insert_ignoring_conflicts(User).values(
            email=email,
            display_name="",
            name_key=PENDING + secrets.token_hex(16),
            fs_uniquifier=secrets.token_hex(32),
            active=False,
        )
    )
    user = lock_user(User.email == email)
    if not stored.rowcount or user is None:  # type: ignore[attr-defined]
        raise Conflict()
    return user


def turn_into_account(user: User, display_name: str) -> None:
    """Turn a registration into an account, agreed terms and all; raises ``NameTaken``."""
    if is_name_taken(display_name, owner_id=user.id):
        raise NameTaken()
    for column, value in name_columns(display_name).items():
        setattr(user, column, value)
    user.active = True
    user.confirmed_at = clock.now()
    try:
        db.session.flush()
    except IntegrityError as error:
        raise NameTaken() from error
    agree_to_terms(user, user.terms_version or "")
    emit(AccountConfirmed(user.id))


def prune_registrations() -> None:
    """Forget registrations nobody has confirmed for a week (periodic)."""
    limit = clock.now() - timedelta(days=KEPT_DAYS)
    _delete(User.created_at < limit)


def forget_registration(email: str) -> None:
    """Drop an unconfirmed registration: its address is being confirmed in another way."""
    _delete(User.email == email)


def _delete(condition: ColumnElement[bool]) -> None:
    # Locked, so that none of them is confirmed while it is being deleted.
    is_pending = and_(User.name_key.startswith(PENDING), User.active.is_(False))
    pending = select(User.id).where(is_pending, condition).limit(1_000)
    ids = list(db.session.scalars(lock_row(pending)))
    db.session.execute(delete(OneTimeToken).where(OneTimeToken.user_id.in_(ids)))
    db.session.execute(delete(User).where(User.id.in_(ids), is_pending))
