"""Closing accounts for a while: what was written stays under its author's name."""

from sqlalchemy import exists, select

from community.core import audit, clock
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.jobs import emit
from community.events import AccountDisabled, AccountEnabled
from community.identity.models import RoleGrant, User
from community.identity.operations.roles import LastAdministrator
from community.identity.operations.sessions import end_sessions, new_key
from community.identity.operations.tokens import void_tokens
from community.identity.policies import can_close_account


def disable_user(actor: Viewer, user: User, *, reason: str = "") -> None:
    """Close an account: signed out everywhere, links void, found by nobody; twice changes nothing.

    Raises ``NotAllowed``, ``LastAdministrator``.
    """
    require(can_close_account(actor, user))
    refuse_last_administrator(user.id)
    stored = lock_account(user.id)
    if stored.is_disabled:
        return
    stored.disabled_at = clock.now()
    shut_out(stored)
    _record(actor, audit.Action.ACCOUNT_DISABLED, user, active=False, reason=reason)
    emit(AccountDisabled(user.id, actor.viewer_id))


def enable_user(actor: Viewer, user: User, *, reason: str = "") -> None:
    """Open a disabled account again; an open one stays as it is. Raises ``NotAllowed``.

    One that is suspended besides stays shut until that ends.
    """
    require(can_close_account(actor, user))
    stored = lock_account(user.id)
    if not stored.is_disabled:
        return
    stored.active = stored.suspended_at is None
    stored.disabled_at = None
    _record(actor, audit.Action.ACCOUNT_ENABLED, user, active=True, reason=reason)
    emit(AccountEnabled(user.id, actor.viewer_id))


def shut_out(stored: User) -> None:
    """Let a locked account be used no more: signed out everywhere, its links void."""
    stored.active = False
    stored.fs_uniquifier = new_key()
    end_sessions(stored.id)
    void_tokens(stored.id)


def lock_account(user_id: int) -> User:
    """Return an account as it is now, locked to the end of the transaction."""
    query = lock_row(select(User).where(User.id == user_id))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def refuse_last_administrator(user_id: int) -> None:
    """Raise ``LastAdministrator`` where nobody else could grant roles."""
    is_admin = exists().where(
        RoleGrant.user_id == User.id, RoleGrant.name == "admin", RoleGrant.board_id.is_(None)
    )
    # All of them are locked, so that two cannot leave at the same time.
    admins = select(User.id).where(is_admin, User.active.is_(True)).order_by(User.id)
    if list(db.session.scalars(lock_row(admins))) == [user_id]:
        raise LastAdministrator()


def _record(actor: Viewer, action: audit.Action, user: User, *, active: bool, reason: str) -> None:
    db.session.flush()
    audit.record(
        actor,
        action,
        subject=("user", user.id),
        before={"active": not active},
        after={"active": active},
        reason=reason,
    )
