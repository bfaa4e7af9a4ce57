"""Reads for feeds and sitemaps: only ever what a guest may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from community.boards.models import Board
from community.core.authz import GUEST
from community.core.db import AnySelect, db
from community.core.errors import NotFound
from community.identity.models import User
from community.identity.names import shown_name
from community.posts.models import PostTag, Tag
from community.posts.visibility import root_is_visible
from community.questions.indexing import indexable
from community.questions.models import Question
from community.questions.queries.lists import Wanted, index_for

ENTRIES = 30
IDS_PER_SITEMAP = 50_000


@dataclass(frozen=True)
class FeedEntry:
    """A question as a feed tells it."""

    id: int
    slug: str
    title: str
    excerpt: str
    html: str
    language: str
    published_at: datetime
    updated_at: datetime
    author_id: int
    author_name: str
    tags: list[str] = field(default_factory=list)


class SitemapRange(NamedTuple):
    """A range of ids that holds questions, and when one of them last changed."""

    number: int
    changed_at: datetime


class SitemapPage(NamedTuple):
    """One question in a sitemap."""

    id: int
    slug: str
    changed_at: datetime


def list_newest_questions(place_id: int | None = None) -> list[FeedEntry]:
    """Return the newest questions guests may see, of one board or of all, tags included."""
    query = _entries()
    if place_id is not None:
        query = query.where(Question.place_id == place_id)
    index = index_for(Wanted(board_id=place_id))
    return _load(query.with_hint(Question.__table__, f"INDEXED BY {index}", "sqlite"))


def _entries() -> AnySelect:
    return (
        select(
            Question.id,
            Question.slug,
            Question.title,
            Question.excerpt,
            Question.html,
            Question.language,
            Question.asked_at,
            Question.edited_at,
            Question.author_id,
            User.display_name,
        )
        .join(Board, Board.id == Question.place_id)
        .join(User, User.id == Question.author_id)
        .where(root_is_visible(GUEST, Question))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(ENTRIES)
    )


def _load(query: AnySelect) -> list[FeedEntry]:
    entries = [_entry(row) for row in db.session.execute(query)]
    _add_tags(entries)
    return entries


def _entry(row: Any) -> FeedEntry:
    *texts, asked_at, edited_at, author_id, author_name = row
    values = (*texts, asked_at, edited_at or asked_at, author_id, shown_name(author_name))
    return FeedEntry(*values)


def _add_tags(entries: Sequence[FeedEntry]) -> None:
    by_id = {entry.id: entry for entry in entries}
    named = db.session.execute(
        select(PostTag.post_id, Tag.name)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id.in_(by_id))
        .order_by(Tag.name)
    )
    for post_id, name in named:
        by_id[post_id].tags.append(name)


def list_questions_of_tag(name: str) -> list[FeedEntry]:
    """Return a tag's newest questions; raises ``NotFound`` where guests may see none.

    A tag used on closed boards alone must look like one that does not exist.
    """
    tagged = select(PostTag.post_id).join(Tag, Tag.id == PostTag.tag_id).where(Tag.name == name)
    entries = _load(_entries().where(Question.id.in_(tagged)))
    if not entries:
        raise NotFound()
    return entries


def list_sitemap_ranges() -> list[SitemapRange]:
    """Return the ranges of ids that hold questions for search engines."""
    number = (Question.id // IDS_PER_SITEMAP).label("number")
    rows = db.session.execute(
        select(number, func.max(Question.last_activity_at))
        .join(Board, Board.id == Question.place_id)
        .where(root_is_visible(GUEST, Question), indexable())
        .group_by(number)
        .order_by(number)
    )
    return [SitemapRange(int(found), changed_at) for found, changed_at in rows]


def list_sitemap_pages(number: int) -> list[SitemapPage]:
    """Return the questions of one range; raises ``NotFound`` where there is none."""
    first = number * IDS_PER_SITEMAP
    rows = db.session.execute(
        select(Question.id, Question.slug, Question.last_activity_at)
        .join(Board, Board.id == Question.place_id)
        .where(
            Question.id >= first,
            Question.id < first + IDS_PER_SITEMAP,
            root_is_visible(GUEST, Question),
            indexable(),
        )
        .order_by(Question.id)
    )
    pages = [SitemapPage._make(row) for row in rows]
    if not pages:
        raise NotFound()
    return pages
