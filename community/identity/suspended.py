"""Who has just shown to be a suspended member: a note in the guest's signed cookie.

It opens one page, which says why and takes an appeal; it is no session. It is void after half an
hour, and once the suspension or the account's key changes.
"""

from flask import redirect, session
from flask.typing import ResponseReturnValue

from community.core import clock
from community.identity.models import User
from community.identity.queries import get_user

KEY = "suspended"
LASTS_SECONDS = 1800
# Shown by the package that decides about conduct.
PAGE = "/suspension"


def explain_suspension(user: User) -> ResponseReturnValue:
    """Lead a suspended member who was recognised to the page that says why, and what they can do.

    Nobody else learns of it: whoever was not recognised gets the same answer as ever.
    """
    note_suspended(user)
    return redirect(PAGE, 303)


def note_suspended(user: User) -> None:
    """Note in the cookie which suspended member this is."""
    session[KEY] = [user.id, user.fs_uniquifier, int(clock.now().timestamp())]


def suspended_member() -> User | None:
    """Return the suspended member who was recognised in this browser, as stored now."""
    kept = session.get(KEY)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    user_id, uniquifier, at = kept
    if not 0 <= clock.now().timestamp() - at <= LASTS_SECONDS:
        return None
    user = get_user(user_id)
    if user is None or not user.is_only_suspended or user.fs_uniquifier != uniquifier:
        return None
    return user
