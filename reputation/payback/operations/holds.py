"""Keeping somebody's payback from being paid until a case is decided, and freeing it again."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import count_changed, db, insert_ignoring_conflicts, lock_row
from community.identity.models import User
from reputation.payback.models import REASON_MAX_CHARS, REFERENCE_MAX_CHARS, PaybackHold
from reputation.payback.policies import can_hold_payback


def place_hold(user_id: int, *, reason: str, reference: str, by: Viewer) -> bool:
    """Let a member's payback wait; False where a hold with this reference stands already.

    A line that is made final under a hold is held and lapses nothing; one that was final before is
    not exported while a hold stands (``queries.shares.list_held``).
    """
    require(can_hold_payback(by))
    values: dict[str, Any] = {
        "user_id": user_id,
        "reason": reason[:REASON_MAX_CHARS],
        "reference": reference[:REFERENCE_MAX_CHARS],
        "placed_at": clock.now(),
        "placed_by_id": by.viewer_id,
    }
    statement = insert_ignoring_conflicts(PaybackHold).values(**values)
    if not count_changed(statement):
        return False
    after = {"reference": reference}
    record(by, Action.PAYBACK_HELD, subject=("user", user_id), after=after, reason=reason)
    return True


def hold_while_suspended(user_id: int, *, reference: str) -> bool:
    """Let a suspended member's payback wait; False where the suspension is over by now.

    Told of an end before the beginning, nobody would lift the hold: the account says what holds.
    """
    query = lock_row(select(User.suspended_at).where(User.id == user_id))
    if db.session.scalar(query) is None:
        return False
    return place_hold(user_id, reason="suspended", reference=reference, by=SYSTEM)


def lift_hold(reference: str, *, by: Viewer, user_id: int | None = None) -> int:
    """Free whom a reference holds, or one member of them; returns how many were freed.

    What other references hold stays held.
    """
    require(can_hold_payback(by))
    standing = select(PaybackHold.user_id).where(
        PaybackHold.reference == reference[:REFERENCE_MAX_CHARS], PaybackHold.lifted_at.is_(None)
    )
    if user_id is not None:
        standing = standing.where(PaybackHold.user_id == user_id)
    now = clock.now()
    return sum(_lift(one, reference, by, now) for one in sorted(db.session.scalars(standing).all()))


def _lift(user_id: int, reference: str, by: Viewer, now: datetime) -> bool:
    statement = (
        update(PaybackHold)
        .where(
            PaybackHold.user_id == user_id,
            PaybackHold.reference == reference[:REFERENCE_MAX_CHARS],
            PaybackHold.lifted_at.is_(None),
        )
        .values(lifted_at=now, lifted_by_id=by.viewer_id)
    )
    if not count_changed(statement):
        return False
    after = {"reference": reference}
    record(by, Action.PAYBACK_FREED, subject=("user", user_id), after=after)
    return True
