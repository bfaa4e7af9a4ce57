"""Accounts that nobody uses: announced, waited for, erased."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.settings import current_settings
from community.identity.models import User, UserSession
from community.identity.operations.closing import lock_account
from community.posts.models import Post
from community.privacy.letters import send_inactive_letter

BATCH = 200
INACTIVE = "inactive"


def announce_to_inactive(age: timedelta) -> None:
    """Tell members whom nobody has seen for so long that their account will be erased.

    Staff is left to the administrators, imported authors have no address to be told at.
    """
    limit = clock.now() - age
    unseen = and_(
        func.coalesce(User.seen_at, User.created_at) < limit,
        User.email.is_not(None),
        User.confirmed_at.is_not(None),
        User.role.in_(("member", "superuser")),
        ~exists().where(Post.author_id == User.id, Post.created_at > limit),
        ~exists().where(UserSession.user_id == User.id),
    )
    days = current_settings().inactive_notice_days
    for user_id in _some_accounts(unseen):
        with transaction():
            _announce(user_id, INACTIVE, clock.now() + timedelta(days=days))


def _some_accounts(condition: ColumnElement[bool]) -> list[int]:
    waiting = and_(User.active.is_(True), User.erasure_due_at.is_(None), condition)
    return list(db.session.scalars(select(User.id).where(waiting).order_by(User.id).limit(BATCH)))


def _announce(user_id: int, cause: str, due_at: object) -> None:
    stored = lock_account(user_id)
    if not stored.active or stored.erasure_due_at is not None:
        return
    stored.erasure_due_at = due_at  # type: ignore[assignment]
    stored.erasure_cause = cause
    db.session.flush()
    record(SYSTEM, Action.ERASURE_ANNOUNCED, subject=("user", user_id), after={"cause": cause})
    if cause == INACTIVE:
        send_inactive_letter(stored)


def is_back(user: User) -> bool:
    """Say whether somebody who was thought inactive has signed in since they were told."""
    if user.erasure_cause != INACTIVE or user.erasure_due_at is None or user.seen_at is None:
        return False
    told_at = user.erasure_due_at - timedelta(days=current_settings().inactive_notice_days)
    return user.seen_at > told_at
