"""Changes of what somebody signs in with: the password and the e-mail address.

Either change ends every other session and every link that was mailed before.
"""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.db import db, lock_row
from community.core.errors import Conflict
from community.identity.models import User
from community.identity.operations.registration import forget_registration
from community.identity.operations.sessions import end_sessions, new_key
from community.identity.operations.tokens import void_tokens


class PasswordChangedMeanwhile(Conflict):
    """The password that was checked is not the present one any more."""

    message = _l("Your password was changed at the same moment. Please try again.")


class AddressTaken(Conflict):
    """The address belongs to another account by now."""

    message = _l("This address belongs to another account by now.")


def change_password(user_id: int, old_hash: str | None, new_hash: str, *, but: int | None) -> User:
    """Set a password that was hashed before this transaction; ``but`` is the session that stays.

    Raises ``PasswordChangedMeanwhile`` unless the stored hash is still ``old_hash``.
    """
    user = _lock_user(user_id)
    if user.password != old_hash:
        raise PasswordChangedMeanwhile()
    user.password = new_hash
    user.password_changed_at = clock.now()
    _end_what_was_open(user, but=but)
    return user


def change_email(user_id: int, email: str, *, but: int | None) -> User:
    """Give an account an address whose owner has just confirmed it; raises ``AddressTaken``."""
    user = _lock_user(user_id)
    forget_registration(email)
    user.email = email
    user.confirmed_at = clock.now()
    try:
        _end_what_was_open(user, but=but)
    except IntegrityError as error:
        raise AddressTaken() from error
    return user


def note_confirmation(user: User) -> None:
    """Note that the owner of the account has just used a link sent to its address."""
    if user.confirmed_at is None:
        user.confirmed_at = clock.now()
        db.session.flush()


def _lock_user(user_id: int) -> User:
    found = lock_row(
        select(User).where(User.id == user_id).execution_options(populate_existing=True)
    )
    return db.session.scalars(found).one()


def _end_what_was_open(user: User, *, but: int | None) -> None:
    # What was half done with the old password (a second factor asked for) ends with the key.
    user.fs_uniquifier = new_key()
    db.session.flush()
    void_tokens(user.id)
    end_sessions(user.id, but=but)
