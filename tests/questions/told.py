"""What was told, by kind of event."""

from typing import Any

from sqlalchemy import select

from community.core.db import db, transaction
from community.core.jobs import EventRecord


def told(name: str) -> list[dict[str, Any]]:
    """Return the payloads of the events of a kind, the oldest first."""
    with transaction():
        query = select(EventRecord.payload).where(EventRecord.name == name)
        return list(db.session.scalars(query.order_by(EventRecord.id)).all())
