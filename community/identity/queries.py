"""Reads of people."""

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import joinedload

from community.core import clock
from community.core.db import db, lock_row
from community.core.errors import NotFound
from community.core.settings import current_settings
from community.identity.lookalikes import skeletons_of
from community.identity.models import (
    Consent,
    ExternalIdentity,
    NameChange,
    Passkey,
    RecoveryCode,
    TotpFactor,
    User,
    UserSession,
)
from community.identity.names import mention_name_of, name_key_of

SUGGESTED_NAMES = 8

# What a user must bring along to be a viewer: roles and groups, in the query that finds them.
VIEWER_RIGHTS = (joinedload(User.role_grants), joinedload(User.memberships))


def is_name_taken(name: str, *, owner_id: int | None = None) -> bool:
    """Say whether somebody else has this name or one that looks like it, or had it lately."""
    key, skeletons = name_key_of(name), skeletons_of(name)
    kept_since = clock.now() - timedelta(days=current_settings().name_reserved_days)
    present = exists().where(
        or_(User.name_key == key, User.name_skeleton.in_(skeletons)),
        User.id.is_distinct_from(owner_id),
    )
    former = exists().where(
        or_(NameChange.name_key == key, NameChange.name_skeleton.in_(skeletons)),
        NameChange.changed_at > kept_since,
        NameChange.user_id.is_distinct_from(owner_id),
    )
    return bool(db.session.scalar(select(or_(present, former))))


def people_named(names: Iterable[str]) -> Select[int]:
    """Select the ids of those whom names after an @ mean.

    A name that somebody gave up means them still, until somebody else takes it.
    """
    keys = {key for name in names if (key := name_key_of(name))}
    present = select(User.id).where(User.name_key.in_(keys))
    newest = (
        select(func.max(NameChange.id))
        .where(NameChange.name_key.in_(keys))
        .group_by(NameChange.name_key)
    )
    former = select(NameChange.user_id).where(
        NameChange.id.in_(newest), ~exists().where(User.name_key == NameChange.name_key)
    )
    return select(union(present, former).subquery().c[0])


def get_user_id_by_name(name: str) -> int:
    """Return who is meant by a name after an @; raises ``NotFound``."""
    found: int | None = db.session.scalar(_active(User.id).where(User.id.in_(people_named([name]))))
    if found is None:
        raise NotFound()
    return found


def list_mention_names(start: str) -> list[str]:
    """Return up to eight names that begin like this, as they are written after an @."""
    key = name_key_of(start)
    if not key:
        return []
    # The first condition lets the index of unique names begin at the right place.
    names = db.session.scalars(
        _active(User.display_name)
        .where(User.name_key >= key, User.name_key.startswith(key, autoescape=True))
        .order_by(User.name_key)
        .limit(SUGGESTED_NAMES)
    )
    return [name for name in map(mention_name_of, names) if name]


def get_user(user_id: int) -> User | None:
    """Return somebody as stored now, roles loaded."""
    return _get_user(User.id == user_id)


def lock_user(condition: ColumnElement[bool]) -> User | None:
    """Return somebody as stored now, roles loaded, and locked to the end of the transaction."""
    # Two queries: PostgreSQL locks no rows of an outer join, which the roles come by.
    db.session.execute(lock_row(select(User.id).where(condition)))
    return _get_user(condition)


def get_user_by_email(email: str) -> User | None:
    """Return whose address this is, tidied before, roles loaded; also who has not confirmed it."""
    return _get_user(User.email == email)


def _get_user(condition: ColumnElement[bool]) -> User | None:
    found = select(User).where(condition).options(*VIEWER_RIGHTS)
    fresh = found.execution_options(populate_existing=True)
    return db.session.scalars(fresh).unique().one_or_none()


def get_user_and_session(token_hash: str) -> tuple[User, UserSession] | None:
    """Return whose session this is, roles loaded, in one query."""
    found = db.session.execute(_session_statement(), {"token_hash": token_hash})
    row = found.unique().one_or_none()
    return (row[0], row[1]) if row else None


# Asked with every request: building it costs more than running it.
@lru_cache
def _session_statement() -> Select[User, UserSession]:
    return (
        select(User, UserSession)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.token_hash == bindparam("token_hash"))
        .options(*VIEWER_RIGHTS)
    )


def list_sessions(user_id: int) -> list[UserSession]:
    """Return where somebody is signed in, last used first."""
    newest = (UserSession.last_seen_at.desc(), UserSession.id.desc())
    return list(
        db.session.scalars(
            select(UserSession).where(UserSession.user_id == user_id).order_by(*newest)
        )
    )


def list_consents(user_id: int) -> list[Consent]:
    """Return what somebody agreed to, the newest first."""
    newest = (Consent.given_at.desc(), Consent.id.desc())
    return list(
        db.session.scalars(select(Consent).where(Consent.user_id == user_id).order_by(*newest))
    )


def has_second_factor(user_id: int) -> bool:
    """Say whether somebody has a confirmed authenticator app or a passkey."""
    app = exists().where(TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None))
    passkey = exists().where(Passkey.user_id == user_id)
    return bool(db.session.scalar(select(or_(app, passkey))))


def get_identity_owner(provider: str, subject: str) -> User | None:
    """Return whom an account elsewhere signs in, rights loaded, usable or not."""
    found = db.session.scalars(
        select(User)
        .join(ExternalIdentity, ExternalIdentity.user_id == User.id)
        .where(ExternalIdentity.provider == provider, ExternalIdentity.subject == subject)
        .options(*VIEWER_RIGHTS)
        .execution_options(populate_existing=True)
    )
    return found.unique().one_or_none()


def list_identities(user_id: int) -> list[ExternalIdentity]:
    """Return the accounts elsewhere that sign somebody in here."""
    own = select(ExternalIdentity).where(ExternalIdentity.user_id == user_id)
    return list(db.session.scalars(own.order_by(ExternalIdentity.provider)))


def is_address_taken(email: str) -> bool:
    """Say whether an account has this e-mail address, tidied before; registrations have none."""
    holder = get_user_by_email(email)
    return holder is not None and not holder.is_pending


def may_be_told() -> ColumnElement[bool]:
    """Return the condition for accounts whose owner is told how they stand once recognised.

    Those that are open, and those that only a decision about conduct keeps shut.
    """
    only_suspended = and_(
        User.suspended_at.is_not(None), User.disabled_at.is_(None), User.erased_at.is_(None)
    )
    return or_(User.active.is_(True), only_suspended)


def get_active_user(user_id: int) -> User | None:
    """Return a user who may sign in, roles loaded."""
    query = select(User).options(*VIEWER_RIGHTS)
    return (
        db.session.scalars(query.where(User.id == user_id, User.active.is_(True)))
        .unique()
        .one_or_none()
    )


def get_totp(user_id: int) -> TotpFactor | None:
    """Return somebody's authenticator app, confirmed or not."""
    return db.session.get(TotpFactor, user_id)


def has_app(user_id: int) -> bool:
    """Say whether somebody has an authenticator app in use."""
    totp = get_totp(user_id)
    return totp is not None and totp.confirmed_at is not None


def list_passkeys(user_id: int) -> list[Passkey]:
    """Return somebody's passkeys, oldest first."""
    return list(
        db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id))
    )


def count_recovery_codes(user_id: int) -> int:
    """Return how many recovery codes are left."""
    unused = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def _active(*columns: Any) -> Any:
    return select(*columns).where(User.active.is_(True))
