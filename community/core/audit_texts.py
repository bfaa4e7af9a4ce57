"""Rewriting the reasons beside the audit log, and checking that nobody else did."""

import hmac
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.audit_chain import KeyRing, key_ring
from community.core.audit_reasons import MARK, AuditReason, mark_of, rewritten_seal
from community.core.db import AnyRow, db

PAGE = 5_000


class TextFaults(NamedTuple):
    """Entries whose reason was changed or is gone, and reasons that belong to no entry."""

    changed: list[int]
    gone: list[int]
    foreign: list[int]


def rewritten_columns(entry_id: int, text: str) -> dict[str, str]:
    """Return the columns of a reason that says something else from now on."""
    ring = key_ring()
    seal = rewritten_seal(ring.live[ring.current], entry_id, text)
    return {"text": text, "salt": "", "key_id": ring.current, "seal": seal}


def find_text_faults(most: int) -> TextFaults:
    """Check every reason against its entry, up to so many faults of each kind."""
    ring = key_ring()
    faults = TextFaults([], _missing(most), [])
    for entry_id, mark, *reason in _rows():
        if mark is None or not mark.startswith(MARK):
            faults.foreign.append(entry_id)
        elif not _is_right(ring, entry_id, mark, *reason):
            faults.changed.append(entry_id)
        if max(len(faults.changed), len(faults.foreign)) >= most:
            break
    return faults


def _is_right(
    ring: KeyRing, entry_id: int, mark: str, text: str, salt: str, key_id: str, seal: str
) -> bool:
    if salt:
        return not key_id and not seal and hmac.compare_digest(mark_of(text, salt), mark)
    key = ring.find(key_id)
    return key is not None and hmac.compare_digest(rewritten_seal(key, entry_id, text), seal)


def _rows() -> Iterator[AnyRow]:
    reason: Any = AuditReason
    query = (
        select(reason.id, AuditEntry.mark, reason.text, reason.salt, reason.key_id, reason.seal)
        .outerjoin(AuditEntry, AuditEntry.id == reason.id)
        .order_by(reason.id)
        .limit(PAGE)
    )
    # Below 1 there is nothing, unless somebody put it there.
    page = query
    while rows := db.session.execute(page).all():
        yield from rows
        page = query.where(reason.id > rows[-1].id)


def _missing(most: int) -> list[int]:
    """Return entries that had a reason and have none."""
    there = select(AuditReason.id).where(AuditReason.id == AuditEntry.id)
    query = select(AuditEntry.id).where(AuditEntry.mark.startswith(MARK), ~there.exists())
    return list(db.session.scalars(query.order_by(AuditEntry.id).limit(most)))
