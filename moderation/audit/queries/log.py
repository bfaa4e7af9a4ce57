"""Reads of the audit log."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.audit_chain import FIELDS, AuditHead, AuditSeal, entry_columns
from community.core.audit_check import Checkpoint
from community.core.audit_reasons import AuditReason
from community.core.db import db

BATCH = 1_000
SEALED = ("position", "origin", "key_id", "seal")
# What stands beside an entry that has a mark for its reason.
WORDS = ("reason_text", "reason_salt", "reason_key_id", "reason_seal")


def get_head() -> Checkpoint | None:
    """Return where the chain ends; None where nothing was sealed yet."""
    head = db.session.scalars(select(AuditHead)).one_or_none()
    return None if head is None else Checkpoint(head.count, head.seal)


def sealed_entries(after: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the entries behind a position with their seals, as they were sealed, and reasons."""
    columns = (AuditSeal.position, AuditSeal.origin, AuditSeal.key_id, AuditSeal.seal)
    reason: Any = AuditReason
    texts = (reason.text, reason.salt, reason.key_id, reason.seal)
    query: Any = (
        select(*columns, *entry_columns(db.engine.dialect.name), *texts)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .outerjoin(AuditReason, AuditReason.id == AuditEntry.id)
        .order_by(AuditSeal.position)
        .limit(BATCH)
    )
    while rows := db.session.execute(query.where(AuditSeal.position > after)).all():
        for row in rows:
            yield dict(zip((*SEALED, *FIELDS, *WORDS), row, strict=True))
        after = rows[-1].position
