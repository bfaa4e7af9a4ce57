"""Who may read but not write, and who may not sign in: what upper packages decided about conduct.

They ask their policies and keep the record; here the account is brought in line with it.
"""

from datetime import datetime

from community.core import clock
from community.core.db import db
from community.identity.operations.closing import lock_account, shut_out


def set_silence(user_id: int, until: datetime | None) -> None:
    """Let a member read but not write until then; None lets them write again."""
    lock_account(user_id).silenced_until = until
    db.session.flush()


def suspend_account(user_id: int, *, until: datetime | None) -> None:
    """Keep a member out until then, or for good without an end; only the end changes the next time.

    Every session ends at its next request, and links that were mailed are void.
    """
    stored = lock_account(user_id)
    stored.suspended_until = until
    if stored.suspended_at is None:
        stored.suspended_at = clock.now()
        shut_out(stored)
    db.session.flush()


def end_suspension(user_id: int) -> None:
    """Let a member in again; an account that is disabled besides stays closed."""
    stored = lock_account(user_id)
    if stored.suspended_at is None:
        return
    stored.suspended_at = stored.suspended_until = None
    stored.active = stored.disabled_at is None and stored.erased_at is None
    db.session.flush()
