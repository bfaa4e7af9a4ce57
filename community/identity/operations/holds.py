"""Legal holds: accounts that are not erased while a claim is open. Source: GDPR Art. 17 (3)."""

from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.identity.models import User
from community.identity.policies import can_hold_accounts


def place_hold(actor: Viewer, user: User, reason: str) -> None:
    """Keep an account from being erased, whoever asks for it; placing it twice changes nothing."""
    require(can_hold_accounts(actor))
    stored = _locked(user)
    if stored.erasure_held_at is None:
        stored.erasure_held_at = clock.now()
        record(actor, Action.HOLD_PLACED, subject=("user", user.id), reason=reason)


def release_hold(actor: Viewer, user: User, reason: str) -> None:
    """Let an account be erased again; what was due meanwhile is due now."""
    require(can_hold_accounts(actor))
    stored = _locked(user)
    if stored.erasure_held_at is not None:
        stored.erasure_held_at = None
        record(actor, Action.HOLD_RELEASED, subject=("user", user.id), reason=reason)


def _locked(user: User) -> User:
    return db.session.scalars(lock_row(select(User).where(User.id == user.id))).one()
