"""Everything the database holds of one person, as an export gives it to them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select

from community.core.authz import Viewer
from community.core.db import Base, db
from community.escalation.cases.models import PRIVATE, SupportCase
from community.posts.models import Post, PostTag, Tag
from community.posts.visibility import post_is_visible
from community.privacy.register import TABLES
from community.questions.models import Question

BATCH = 500
# Of a suggested change: the post as it was, and as it would be.
TEXTS = ("base_title", "base_tags", "base_body", "title", "tags", "body")


def exported_tables() -> list[str]:
    """Return the tables with rows that belong to somebody, in the order of the register."""
    return [name for name, mark in TABLES.items() if mark.owner or mark.of_post]


def exported_columns(name: str) -> list[str]:
    """Return the columns of a table that an export holds."""
    left_out = {c for c, mark in TABLES[name].personal.items() if not mark.is_exported}
    return [c.name for c in Base.metadata.tables[name].columns if c.name not in left_out]


def own_rows(name: str, user_id: int) -> Iterator[dict[str, Any]]:
    """Yield the person's rows of a table, oldest first; memory stays bounded."""
    table = Base.metadata.tables[name]
    query = (
        select(*(table.c[column] for column in exported_columns(name)))
        .where(_is_theirs(name, table, user_id))
        .order_by(*table.primary_key.columns)
        .execution_options(yield_per=BATCH)
    )
    for row in db.session.execute(query).mappings():
        yield dict(row)


def _is_theirs(name: str, table: Table, user_id: int) -> ColumnElement[bool]:
    mark = TABLES[name]
    if name == "audit_entries":
        return and_(table.c.subject_type == "user", table.c.subject_id == user_id)
    if name == "case_messages":
        return _is_between_them_and_the_team(table, user_id)
    if mark.owner:
        return table.c[mark.owner] == user_id
    assert mark.of_post
    return table.c[mark.of_post].in_(select(Post.id).where(Post.author_id == user_id))


def _is_between_them_and_the_team(table: Table, user_id: int) -> ColumnElement[bool]:
    """Return the condition for what was said to and by a customer; what agents wrote is not theirs.

    Notes within the team are about several people and no part of it.
    """
    cases = select(SupportCase.id).where(SupportCase.requester_id == user_id)
    return and_(table.c.case_id.in_(cases), table.c.kind == PRIVATE)


def own_posts(viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Yield the viewer's posts, removed ones included, with title, tags and what they reply to.

    The title of somebody else's question is given only where the viewer may see it now.
    """
    assert viewer.viewer_id is not None
    batch: list[dict[str, Any]] = []
    for post in own_rows("posts", viewer.viewer_id):
        batch.append(post)
        if len(batch) == BATCH:
            yield from _described(viewer, batch)
            batch = []
    yield from _described(viewer, batch)


def own_suggestions(viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Yield the changes the viewer suggested; without texts where they may not see the post now.

    A change repeats what somebody else wrote.
    """
    assert viewer.viewer_id is not None
    batch: list[dict[str, Any]] = []
    for row in own_rows("suggested_edits", viewer.viewer_id):
        batch.append(row)
        if len(batch) == BATCH:
            yield from _without_unseen(viewer, batch)
            batch = []
    yield from _without_unseen(viewer, batch)


def _without_unseen(viewer: Viewer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    mine = Post.author_id == viewer.viewer_id
    ids = {row["post_id"] for row in rows}
    query = select(Post.id).where(Post.id.in_(ids), or_(mine, post_is_visible(viewer)))
    seen = set(db.session.scalars(query))
    return [row if row["post_id"] in seen else row | dict.fromkeys(TEXTS) for row in rows]


def _described(viewer: Viewer, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [post["id"] for post in posts]
    own = _titles(Question.id.in_(ids))
    roots = {post["root_id"] for post in posts}
    seen = _titles(Question.id.in_(roots), post_is_visible(viewer))
    tags = _tags(ids)
    for post in posts:
        post["title"] = own.get(post["id"])
        post["question_title"] = seen.get(post["root_id"])
        post["tags"] = tags.get(post["id"], [])
    return posts


def _titles(*conditions: ColumnElement[bool]) -> dict[int, str]:
    rows = db.session.execute(select(Question.id, Question.title).where(*conditions))
    return {row.id: row.title for row in rows}


def _tags(post_ids: list[int]) -> dict[int, list[str]]:
    rows = db.session.execute(
        select(PostTag.post_id, Tag.name)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id.in_(post_ids))
        .order_by(Tag.name)
    )
    tags: dict[int, list[str]] = {}
    for post_id, name in rows:
        tags.setdefault(post_id, []).append(name)
    return tags
