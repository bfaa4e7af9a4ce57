"""Posts that wait for a person, as their authors and those who judge them see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from community.core import markup
from community.core.authz import Viewer
from community.core.db import AnyRow, AnySelect, db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.posts.models import HeldPost, Post
from community.posts.visibility import PUBLISHED, held_is_visible
from community.questions.models import Question


@dataclass(frozen=True)
class HeldView:
    """A post that waits; ``slug`` and ``title`` are its own, or of the public question it is for.

    They are empty where that question is not public any more.
    """

    id: int
    kind: str
    author_id: int
    board_id: int
    html: Markup
    created_at: datetime
    findings: list[dict[str, Any]]
    question_id: int
    slug: str
    title: str
    visibility: str = "held"


def page_of_held(viewer: Viewer, cursor: Cursor | None) -> Page[HeldView]:
    """Return what the viewer wrote and what waits, the newest first."""
    statement = (
        _statement(viewer)
        .where(Post.author_id == viewer.viewer_id, before(cursor, Post.created_at, Post.id))
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    rows = [_view(row) for row in db.session.execute(statement)]
    return page_of(rows, lambda row: (row.created_at, row.id))


def get_held(viewer: Viewer, post_id: int) -> HeldView:
    """Return a post that waits, to its author or to who may judge it; raises ``NotFound``."""
    row = db.session.execute(_statement(viewer).where(Post.id == post_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _view(row)


def _statement(viewer: Viewer) -> AnySelect:
    root = aliased(Question, flat=True)
    shown = and_(root.id == Post.root_id, or_(root.id == Post.id, root.visibility == PUBLISHED))
    return (
        select(
            Post.id,
            Post.kind,
            Post.author_id,
            Post.board_id,
            Post.html,
            Post.created_at,
            HeldPost.findings,
            Post.root_id,
            root.slug,
            root.title,
        )
        .outerjoin(HeldPost, HeldPost.post_id == Post.id)
        .outerjoin(root, shown)
        .where(held_is_visible(viewer))
    )


def _view(row: AnyRow) -> HeldView:
    post_id, kind, author_id, board_id, html, created_at, findings, root_id, slug, title = row
    return HeldView(
        post_id,
        kind,
        author_id,
        board_id,
        markup.stored(html),
        created_at,
        findings or [],
        root_id,
        slug or "",
        title or "",
    )
