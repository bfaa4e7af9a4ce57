"""Prepared posts into our tables, a batch a transaction (the caller's)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts, reserve_ids
from community.core.markup.text import make_showable, shorten
from community.importers.authors import find_or_make_authors
from community.importers.preparing import ReadyText
from community.importers.records import AuthorRef, PostRecord, TagRecord
from community.importers.store import FoundPost, Memory, remember, table_of
from community.posts.models import Post, PostTag, Removal, Tag
from community.posts.text import SAFE_TAG, TAG_MAX_CHARS, slug_of
from community.questions.models import Answer, Lock, Question

TITLE_STORED_CHARS = 300
SPAM_REASON = "Marked as spam in the source"
LOCK_REASON = "Locked in the source"
_TAG_SPACE = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a source goes: its name, the board of new questions, the language by default."""

    source: str
    board_id: int
    language: str


@dataclass(frozen=True, slots=True)
class ReadyPost:
    """A record whose body is prepared; ``parent`` is None for a question."""

    record: PostRecord
    text: ReadyText
    parent: FoundPost | None = None


def write_posts(to: Destination, batch: Sequence[ReadyPost]) -> None:
    """Write posts of one kind with all that belongs to them, and remember them."""
    ids = reserve_ids(Post.__table__, len(batch))
    authors = find_or_make_authors(to.source, _first_seen(batch))
    rows = list(zip(ids, batch, strict=True))
    _insert(Post, [_post_row(to, authors, post_id, ready) for post_id, ready in rows])
    kind = batch[0].record.kind
    if kind == "question":
        _insert(Question, [_question_row(to, post_id, ready) for post_id, ready in rows])
        _write_tags(rows)
        _insert(Lock, [_lock_row(post_id, r) for post_id, r in rows if r.record.is_locked])
    elif kind == "answer":
        _insert(Answer, [{"id": post_id} for post_id in ids])
    _insert(Removal, [_spam_row(post_id, r) for post_id, r in rows if r.record.is_spam])
    remember(to.source, kind, (Memory(r.record.source_id, post_id=i) for i, r in rows))


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table_of(model)), rows)


def _first_seen(batch: Iterable[ReadyPost]) -> dict[AuthorRef, Any]:
    seen: dict[AuthorRef, Any] = {}
    for ready in batch:
        author, created_at = ready.record.author, ready.record.created_at
        seen[author] = min(seen.get(author, created_at), created_at)
    return seen


def _post_row(
    to: Destination, authors: dict[AuthorRef, int], post_id: int, ready: ReadyPost
) -> dict[str, Any]:
    record, parent = ready.record, ready.parent
    return {
        "id": post_id,
        "kind": record.kind,
        "author_id": authors[record.author],
        "board_id": parent.board_id if parent else to.board_id,
        "root_id": parent.root_id if parent else post_id,
        "parent_id": parent.id if parent else None,
        "visibility": "hidden" if record.is_spam else "published",
        "body": ready.text.body,
        "html": ready.text.html,
        "render_version": ready.text.render_version,
        "language": record.language or (parent.language if parent else to.language),
        "created_at": record.created_at,
        "edited_at": record.edited_at,
        "imported_up": record.up,
        "imported_down": record.down,
        "kudos_count": record.up,
    }


def _question_row(to: Destination, post_id: int, ready: ReadyPost) -> dict[str, Any]:
    record = ready.record
    title = shorten(make_showable(record.title), TITLE_STORED_CHARS)
    return {
        "id": post_id,
        "title": title,
        "slug": slug_of(title),
        "excerpt": ready.text.excerpt,
        "place_id": to.board_id,
        "asked_at": record.created_at,
        "last_activity_at": record.created_at,
        "me_too_count": record.me_toos,
        "imported_me_toos": record.me_toos,
        "is_locked": record.is_locked,
    }


def _lock_row(post_id: int, ready: ReadyPost) -> dict[str, Any]:
    locked_at = ready.record.created_at
    return {"question_id": post_id, "reason": LOCK_REASON, "locked_at": locked_at}


def _spam_row(post_id: int, ready: ReadyPost) -> dict[str, Any]:
    created_at = ready.record.created_at
    return {
        "post_id": post_id,
        "visibility": "hidden",
        "reason": SPAM_REASON,
        "created_at": created_at,
    }


def tag_name_of(raw: str) -> str | None:
    """Return a source's tag as ours, or None where we could not have such a tag."""
    name = _TAG_SPACE.sub("-", unicodedata.normalize("NFC", raw.strip())).casefold()
    return name if len(name) <= TAG_MAX_CHARS and SAFE_TAG.fullmatch(name) else None


def write_tags(to: Destination, records: Sequence[TagRecord]) -> None:
    """Make tags the source lists, and remember them; their names fit."""
    _tag_ids({tag_name_of(record.name) or "" for record in records} - {""})
    remember(to.source, "tag", (Memory(record.source_id) for record in records))


def _write_tags(rows: Sequence[tuple[int, ReadyPost]]) -> None:
    tags = [(post_id, name) for post_id, ready in rows for name in _tag_names(ready.record)]
    ids = _tag_ids({name for _, name in tags})
    _insert(PostTag, [{"post_id": post_id, "tag_id": ids[name]} for post_id, name in tags])


def _tag_names(record: PostRecord) -> list[str]:
    """Return our names of a record's tags, each once."""
    return list(dict.fromkeys(name for raw in record.tags if (name := tag_name_of(raw))))


def _tag_ids(names: set[str]) -> dict[str, int]:
    """Return the ids of tags by name, making those that are missing in the order of the names."""
    known = _known_tags(names)
    missing = sorted(names - known.keys())
    if missing:
        now = clock.now()
        rows = [{"name": name, "created_at": now} for name in missing]
        db.session.execute(insert_ignoring_conflicts(Tag.__table__), rows)
        known |= _known_tags(missing)
    return known


def _known_tags(names: Iterable[str]) -> dict[str, int]:
    rows = db.session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(list(names))))
    return dict(rows.all())
