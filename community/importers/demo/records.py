"""What of the demo content is in the database already."""

from sqlalchemy import select

from community.core.db import db
from community.importers.models import ImportedRecord

SOURCE = "demo"


def source_ids_of(kind: str) -> set[str]:
    """Return the names of the records of one kind that are here."""
    found = db.session.scalars(
        select(ImportedRecord.source_id).where(
            ImportedRecord.source == SOURCE, ImportedRecord.kind == kind
        )
    )
    return set(found)


def keep_record(
    kind: str, source_id: str, *, post_id: int | None = None, user_id: int | None = None
) -> None:
    """Remember that a record is here."""
    db.session.add(
        ImportedRecord(
            source=SOURCE, kind=kind, source_id=source_id, post_id=post_id, user_id=user_id
        )
    )
