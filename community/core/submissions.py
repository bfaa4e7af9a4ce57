"""Double submits: a form sent twice has one effect, and both senders see the same page."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, db, forget_changes, insert_ignoring_conflicts
from community.core.errors import Conflict

KEPT_HOURS = 72
SAME_TEXT_MINUTES = 5
MAX_KEY_CHARS = 64
UNCOMPARED_FIELDS = frozenset({"csrf_token", "submission"})


class Submission(Base):
    """A form that was carried out, and where it led."""

    __tablename__ = "submissions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(index=True)


def submit_once(actor_id: int | None, action: Callable[[], str]) -> ResponseReturnValue:
    """Run ``action`` unless this form was sent before; redirect to the address it returned.

    The key is the form's one-time ``submission`` field; a form without it is recognised by its
    sender, address and text for five minutes.
    """
    key, lifetime = _key(actor_id)
    if not _claim(key) and not _claim_expired(key, lifetime):
        return redirect(_earlier_location(key), 303)
    try:
        location = action()
    except Exception:
        # The refusal may be answered with the form, and what is answered is committed: without
        # this the form's key would stay taken, and sending it corrected would lead nowhere.
        forget_changes()
        raise
    db.session.execute(
        update(Submission).where(Submission.key == key).values(location=location[:500])
    )
    return redirect(location, 303)


def claim_once(*words: str) -> bool:
    """Say whether these words come for the first time in ``KEPT_HOURS``, and remember them."""
    return _claim(hashlib.sha256("\x00".join(words).encode()).hexdigest())


def _claim(key: str) -> bool:
    claim = insert_ignoring_conflicts(Submission).values(key=key, created_at=clock.now())
    return bool(db.session.execute(claim).rowcount)  # type: ignore[attr-defined]


def _claim_expired(key: str, lifetime: timedelta) -> bool:
    """Take over a key whose time is up."""
    limit = clock.now() - lifetime
    gone = db.session.execute(
        delete(Submission).where(Submission.key == key, Submission.created_at < limit)
    )
    return bool(gone.rowcount) and _claim(key)  # type: ignore[attr-defined]


def _key(actor_id: int | None) -> tuple[str, timedelta]:
    given = request.form.get("submission", "")
    parts = [str(actor_id), request.path]
    if given and len(given) <= MAX_KEY_CHARS:
        parts.append(given)
        lifetime = timedelta(hours=KEPT_HOURS)
    else:
        fields = request.form.items(multi=True)
        parts += [f"{name}={value}" for name, value in fields if name not in UNCOMPARED_FIELDS]
        lifetime = timedelta(minutes=SAME_TEXT_MINUTES)
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest(), lifetime


def _earlier_location(key: str) -> str:
    location = db.session.scalar(select(Submission.location).where(Submission.key == key))
    if location is None:
        raise Conflict()
    return location


def prune_submissions() -> None:
    """Forget forms that were sent days ago (periodic)."""
    limit = clock.now() - timedelta(hours=KEPT_HOURS)
    db.session.execute(delete(Submission).where(Submission.created_at < limit))
