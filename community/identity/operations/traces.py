"""Noting by what accounts of one person may be known, and forgetting it."""

from datetime import timedelta

from sqlalchemy import delete, update

from community.core import clock
from community.core.allowances import allowance_key
from community.core.db import db, insert_ignoring_conflicts
from community.identity.models import SignInTrace


def note_traces(user_id: int, *, address: str, browser: str) -> None:
    """Note the address and the browser of a sign-in, as keyed hashes; empty ones are passed over.

    A year-old cookie or a changed secret gives another mark: marks compare within their time alone.
    """
    now = clock.now()
    for kind, value in (("address", address), ("browser", browser)):
        if not value:
            continue
        mark = allowance_key("sign-in-trace", kind, value)
        values = {"user_id": user_id, "mark": mark, "seen_at": now}
        db.session.execute(insert_ignoring_conflicts(SignInTrace).values(**values))
        own = (SignInTrace.user_id == user_id, SignInTrace.mark == mark)
        seen = update(SignInTrace).where(*own, SignInTrace.seen_at < now).values(seen_at=now)
        db.session.execute(seen.execution_options(synchronize_session=False))


def prune_traces(age: timedelta) -> None:
    """Forget traces that were last seen so long ago."""
    db.session.execute(delete(SignInTrace).where(SignInTrace.seen_at < clock.now() - age))
