"""Between the first factor and the second: a note in the guest's signed cookie, for ten minutes.

It opens nothing. It is void once the password changes, and its ``attempt`` counts wrong codes.
"""

import secrets
from dataclasses import asdict, dataclass

from flask import session

from community.core import clock
from community.identity.models import User
from community.identity.queries import get_active_user

KEY = "first_factor"
LASTS_SECONDS = 600
ATTEMPT_BYTES = 16


@dataclass(frozen=True)
class PendingSignIn:
    """Who has shown the first factor, how, and where to go on."""

    user_id: int
    uniquifier: str
    method: str
    remember: bool
    goal: str
    attempt: str
    at: int


def remember_first_factor(user: User, *, method: str, remember: bool, goal: str) -> None:
    """Note in the cookie that somebody has shown the first factor."""
    pending = PendingSignIn(
        user_id=user.id,
        uniquifier=user.fs_uniquifier,
        method=method,
        remember=remember,
        goal=goal,
        attempt=secrets.token_urlsafe(ATTEMPT_BYTES),
        at=int(clock.now().timestamp()),
    )
    session[KEY] = asdict(pending)


def pending_sign_in() -> PendingSignIn | None:
    """Return the note of this browser, None where there is none or it is too old."""
    kept = session.get(KEY)
    if kept is None:
        return None
    pending = PendingSignIn(**kept)
    return pending if clock.now().timestamp() - pending.at <= LASTS_SECONDS else None


def pending_user(pending: PendingSignIn) -> User | None:
    """Return whose sign-in is pending, roles loaded; None after a new password or a disabling."""
    user = get_active_user(pending.user_id)
    return user if user is not None and user.fs_uniquifier == pending.uniquifier else None


def forget_first_factor() -> None:
    """End the pending sign-in."""
    session.pop(KEY, None)
