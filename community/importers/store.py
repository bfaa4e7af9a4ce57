"""What is here already: a source's ids and the records they became."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, insert, select

from community.core.db import Base, db
from community.importers.models import ImportedRecord
from community.posts.models import Post


class FoundPost(NamedTuple):
    """One of our posts, found by the source's id."""

    id: int
    root_id: int
    board_id: int
    language: str
    author_id: int
    created_at: datetime


# Stands for a post that a dry run would have written.
PRETENDED_POST = FoundPost(0, 0, 0, "", 0, datetime.max.replace(tzinfo=UTC))


class Memory(NamedTuple):
    """A record of the source, and what it became."""

    source_id: str
    post_id: int | None = None
    user_id: int | None = None


def table_of(model: type[Base]) -> Table:
    """Return a model's own table, for inserts and updates of many rows at once."""
    return cast(Table, model.__table__)


def known_ids(source: str, kind: str, source_ids: Collection[str]) -> set[str]:
    """Return which of these ids an import has dealt with."""
    query = select(ImportedRecord.source_id).where(
        ImportedRecord.source == source,
        ImportedRecord.kind == kind,
        ImportedRecord.source_id.in_(source_ids),
    )
    return set(db.session.scalars(query))


def users_by_id(source: str, source_ids: Collection[str]) -> dict[str, int]:
    """Return our users by the source's ids."""
    query = select(ImportedRecord.source_id, ImportedRecord.user_id).where(
        ImportedRecord.source == source,
        ImportedRecord.kind == "user",
        ImportedRecord.source_id.in_(source_ids),
    )
    return {source_id: user_id for source_id, user_id in db.session.execute(query) if user_id}


def posts_by_id(
    source: str, kinds: Collection[str], source_ids: Collection[str]
) -> dict[str, FoundPost]:
    """Return our posts of these kinds by the source's ids."""
    query = (
        select(
            ImportedRecord.source_id,
            Post.id,
            Post.root_id,
            Post.board_id,
            Post.language,
            Post.author_id,
            Post.created_at,
        )
        .select_from(ImportedRecord)
        .join(Post.__table__, Post.id == ImportedRecord.post_id)
        .where(
            ImportedRecord.source == source,
            ImportedRecord.kind.in_(kinds),
            ImportedRecord.source_id.in_(source_ids),
        )
    )
    return {row[0]: FoundPost._make(row[1:]) for row in db.session.execute(query)}


def remember(source: str, kind: str, memories: Iterable[Memory]) -> None:
    """Note that these records are here now, in the caller's transaction."""
    rows = [{"source": source, "kind": kind, **memory._asdict()} for memory in memories]
    if rows:
        db.session.execute(insert(table_of(ImportedRecord)), rows)
