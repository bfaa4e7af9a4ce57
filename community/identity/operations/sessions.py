"""Opening, renewing and ending sessions. Source: ASVS 5.0 §7.2 to §7.4."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db
from community.identity.models import User, UserSession

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(hours=1)
# More browsers than this are a robot, or forgotten: the one unused for longest goes.
MOST_SESSIONS = 50


def hash_of(token: str) -> str:
    """Return what we keep of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_key() -> str:
    """Return a new ``fs_uniquifier``; sign-ins begun with the old one come to nothing."""
    return secrets.token_hex(32)


def open_session(
    user: User, *, method: str, second_factor: bool, device: str = "", network: str = ""
) -> tuple[UserSession, str]:
    """Sign a browser in; returns the session and the token for the browser alone.

    Of more than ``MOST_SESSIONS`` the least recently used end. Source: ASVS 5.0 §7.1.2.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    session = UserSession(
        user_id=user.id,
        token_hash=hash_of(token),
        method=method,
        device=device,
        network=network,
        created_at=now,
        last_seen_at=now,
        verified_at=now,
        second_factor_at=now if second_factor else None,
    )
    db.session.add(session)
    db.session.flush()
    _note_presence(user.id)
    _end_oldest(user.id)
    return session, token


def _note_presence(user_id: int) -> None:
    # Sessions are forgotten; that somebody was here within the last years is not.
    seen = update(User).where(User.id == user_id).values(seen_at=clock.now())
    db.session.execute(seen.execution_options(synchronize_session=False))


def _end_oldest(user_id: int) -> None:
    kept = (
        select(UserSession.id)
        .where(UserSession.user_id == user_id)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(MOST_SESSIONS)
    )
    db.session.execute(
        delete(UserSession).where(UserSession.user_id == user_id, UserSession.id.not_in(kept))
    )


def renew_session(session_id: int, *, second_factor: bool) -> str:
    """Note that its owner has just proved to be there; returns the new token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    values: dict[str, object] = {"token_hash": hash_of(token), "verified_at": now}
    if second_factor:
        values["second_factor_at"] = now
    db.session.execute(
        update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now, **values)
    )
    return token


def note_seen(session_id: int) -> None:
    """Keep a session from ending for idleness; writes at most once an hour."""
    now = clock.now()
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.last_seen_at < now - SEEN_EVERY)
        .values(last_seen_at=now)
    )


def end_session(user_id: int, session_id: int) -> bool:
    """Sign one browser of a user out; returns whether it was signed in."""
    ended = db.session.execute(
        delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_session_of_token(token: str) -> None:
    """Sign out the browser that holds this token, if any does."""
    db.session.execute(delete(UserSession).where(UserSession.token_hash == hash_of(token)))


def end_all_sessions() -> int:
    """Sign everybody out; returns how many sessions ended."""
    return int(db.session.execute(delete(UserSession)).rowcount)  # type: ignore[attr-defined]


def end_sessions(user_id: int, *, but: int | None = None) -> int:
    """Sign a user out everywhere, or everywhere but in one session; returns how many ended."""
    ended = delete(UserSession).where(UserSession.user_id == user_id)
    if but is not None:
        ended = ended.where(UserSession.id != but)
    return int(db.session.execute(ended).rowcount)  # type: ignore[attr-defined]
