"""Members who earn nothing by each other, and what that takes back."""

from collections.abc import Iterable

from sqlalchemy import select, update

from community.core import clock
from community.core.authz import Viewer
from community.core.db import count_changed, db, insert_ignoring_conflicts
from reputation.ledger.models import LedgerExclusion
from reputation.ledger.operations.settling import settle_members


def exclude_pairs(
    actor: Viewer, pairs: Iterable[tuple[int, int]], *, reason: str, reference: str
) -> int:
    """Let members earn nothing by each other and reverse what they did; returns how many entries.

    A second time changes nothing. Callers record the act; ``reference`` is what undoes it.
    """
    people: set[int] = set()
    for one, other in sorted({(min(pair), max(pair)) for pair in pairs}):
        if one != other:
            _exclude(actor, one, other, reason, reference)
            people |= {one, other}
    return settle_members(people)


def _exclude(actor: Viewer, one: int, other: int, reason: str, reference: str) -> None:
    now = clock.now()
    values = {"user_id": one, "other_id": other, "reason": reason, "reference": reference}
    made = {"created_by_id": actor.viewer_id, "created_at": now}
    statement = insert_ignoring_conflicts(LedgerExclusion).values(**values, **made)
    if not count_changed(statement):
        lifted = (
            LedgerExclusion.user_id == one,
            LedgerExclusion.other_id == other,
            LedgerExclusion.reference == reference,
            LedgerExclusion.lifted_at.is_not(None),
        )
        again = {"lifted_at": None, "lifted_by_id": None, **made}
        db.session.execute(update(LedgerExclusion).where(*lifted).values(**again))


def lift_exclusions(actor: Viewer, reference: str) -> int:
    """Undo all exclusions of a reference and book again what they had taken; returns how many
    entries were written. A second time changes nothing."""
    standing = (LedgerExclusion.reference == reference, LedgerExclusion.lifted_at.is_(None))
    rows = db.session.execute(
        select(LedgerExclusion.user_id, LedgerExclusion.other_id).where(*standing)
    ).all()
    lifted = {"lifted_at": clock.now(), "lifted_by_id": actor.viewer_id}
    db.session.execute(update(LedgerExclusion).where(*standing).values(**lifted))
    return settle_members({user_id for row in rows for user_id in row})
