"""Links that work once. Source: ASVS 5.0 §6.4, §6.6; CVE-2023-7028, CVE-2024-41888."""

import secrets
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, literal, or_, select, update

from community.core import clock
from community.core.db import db
from community.core.errors import Invalid
from community.identity.models import OneTimeToken, Purpose, User
from community.identity.models.users import PENDING
from community.identity.operations.sessions import TOKEN_BYTES, hash_of

LIFETIME = timedelta(minutes=30)
LIFETIMES = {
    Purpose.CONFIRM_EMAIL: timedelta(hours=48),
    # A link that stands for the password. Source: ASVS 5.0 §6.5.5.
    Purpose.SIGN_IN: timedelta(minutes=10),
}


class LinkSpent(Invalid):
    """The link was used, is too old, or was never made."""

    message = _l("This link does not work any more. Ask for a new one.")


def lifetime_of(purpose: Purpose) -> timedelta:
    """Return how long a link of this purpose works."""
    return LIFETIMES.get(purpose, LIFETIME)


def issue_token(user: User, purpose: Purpose, *, sent_to: str | None = None) -> str:
    """Return a new token; older ones of the same purpose stop working."""
    _void(OneTimeToken.user_id == user.id, OneTimeToken.purpose == purpose)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    db.session.add(
        OneTimeToken(
            user_id=user.id,
            purpose=purpose,
            token_hash=hash_of(token),
            sent_to=sent_to,
            created_at=now,
            expires_at=now + lifetime_of(purpose),
        )
    )
    db.session.flush()
    return token


def get_token(purpose: Purpose, token: str) -> OneTimeToken | None:
    """Return what a token stands for while it still works; uses nothing up."""
    now = clock.now()
    return db.session.scalars(
        select(OneTimeToken)
        .join(User, User.id == OneTimeToken.user_id)
        .where(
            OneTimeToken.token_hash == hash_of(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > now,
            or_(User.active.is_(True), _is_confirming(purpose)),
        )
    ).one_or_none()


def _is_confirming(purpose: Purpose) -> ColumnElement[bool]:
    # Until its address is confirmed an account is not active, and this is the link to do so.
    return and_(User.name_key.startswith(PENDING), literal(purpose == Purpose.CONFIRM_EMAIL))


def redeem_token(purpose: Purpose, token: str) -> OneTimeToken:
    """Use a token up; raises ``LinkSpent``, also for the slower one of two at the same time."""
    found = get_token(purpose, token)
    if found is None:
        raise LinkSpent()
    used = update(OneTimeToken).where(OneTimeToken.id == found.id, OneTimeToken.used_at.is_(None))
    if not db.session.execute(used.values(used_at=clock.now())).rowcount:  # type: ignore[attr-defined]
        raise LinkSpent()
    return found


def void_tokens(user_id: int) -> None:
    """Stop every link of a user from working: the address or password changed."""
    _void(OneTimeToken.user_id == user_id)


def _void(*conditions: object) -> None:
    unused = update(OneTimeToken).where(*conditions, OneTimeToken.used_at.is_(None))  # type: ignore[arg-type]
    db.session.execute(unused.values(used_at=clock.now()))
