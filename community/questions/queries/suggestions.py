"""Reads of changes that wait, and of what became of them: what changes, and who decides."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.diffs import DiffLine, diff_lines
from community.posts.models import Post, SuggestedEdit
from community.posts.policies import can_see_suggestion
from community.posts.text import parse_tags
from community.posts.visibility import post_is_visible
from community.questions.models import Question
from community.questions.queries.texts import Texts, base_of, rebased, texts_of


@dataclass(frozen=True)
class TextChange:
    """What changes from one version to another; empty where nothing does."""

    title: list[DiffLine]
    body: list[DiffLine]
    tags: list[DiffLine]


@dataclass(frozen=True)
class SuggestionView:
    """A suggested change with its post, who made it, who decided, and what it changes.

    ``change`` is against the version it was made from.
    """

    suggestion: SuggestedEdit
    post: Post
    question_id: int
    slug: str
    title: str
    is_locked: bool
    author: Person
    decided_by: Person | None
    change: TextChange

    @property
    def is_pending(self) -> bool:
        """Whether it is an edit of who may edit, not a suggestion."""
        return self.suggestion.author_id == self.post.author_id


class SuggestionRow(NamedTuple):
    """A suggested change in a list."""

    suggestion: SuggestedEdit
    post_kind: str
    title: str
    author: Person


def get_suggestion(viewer: Viewer, suggestion_id: int) -> SuggestionView:
    """Return a suggestion the viewer may see, of a post they see; raises ``NotFound``."""
    decider, titles = aliased(User), Question.__table__
    row: Any = db.session.execute(
        select(
            *(SuggestedEdit, Post, titles.c.id, titles.c.slug, titles.c.title, titles.c.is_locked),
            *person_columns(),
            *person_columns(decider),
        )
        .join(Post, Post.id == SuggestedEdit.post_id)
        .join(titles, titles.c.id == Post.root_id)
        .join(User, User.id == SuggestedEdit.author_id)
        .outerjoin(decider, decider.id == SuggestedEdit.decided_by_id)
        .where(SuggestedEdit.id == suggestion_id, post_is_visible(viewer))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or not can_see_suggestion(viewer, row[1], row[0]):
        raise NotFound()
    suggestion, post, question_id, slug, title, is_locked, *people = row
    author, decided_by = people[:PERSON_WIDTH], people[PERSON_WIDTH:]
    return SuggestionView(
        suggestion,
        post,
        question_id,
        slug,
        title,
        is_locked,
        Person._make(author),
        None if decided_by[0] is None else Person._make(decided_by),
        change_of(suggestion),
    )


@dataclass(frozen=True)
class Fit:
    """Whether a suggestion still fits the post as it is now, and what it would change in it.

    ``change`` is None where the post is what it was made from.
    """

    is_possible: bool
    change: TextChange | None


def fit_now(suggestion: SuggestedEdit) -> Fit:
    """Return how a waiting suggestion fits its post as it is now."""
    now = texts_of(db.session.get_one(Post, suggestion.post_id))
    texts = rebased(now, suggestion)
    if texts is None:
        return Fit(False, None)
    return Fit(True, None if now == base_of(suggestion) else _change(now, texts))


def _change(before: Texts, after: Texts) -> TextChange:
    return TextChange(
        diff_lines(before.title, after.title),
        diff_lines(before.body, after.body),
        diff_lines(before.tag_line, after.tag_line),
    )


def change_of(suggestion: SuggestedEdit) -> TextChange:
    """Return what a suggestion changes in the version it was made from."""
    after = Texts(suggestion.title, suggestion.body, tuple(parse_tags(suggestion.tags)))
    return _change(base_of(suggestion), after)


def own_waiting(viewer: Viewer, post_id: int) -> SuggestedEdit | None:
    """Return what the viewer wants to change about a post and what still waits."""
    return db.session.scalar(
        select(SuggestedEdit).where(
            SuggestedEdit.post_id == post_id,
            SuggestedEdit.author_id == viewer.viewer_id,
            SuggestedEdit.state == "waiting",
        )
    )


def page_of_suggestions(viewer: Viewer, cursor: Cursor | None) -> Page[SuggestionRow]:
    """Return what the viewer suggested, and what was suggested for their posts, newest first."""
    titles = Question.__table__
    rows: Any = db.session.execute(
        select(SuggestedEdit, Post.kind, titles.c.title, *person_columns())
        .join(Post, Post.id == SuggestedEdit.post_id)
        .join(titles, titles.c.id == Post.root_id)
        .join(User, User.id == SuggestedEdit.author_id)
        .where(
            _concerns(viewer),
            post_is_visible(viewer),
            before(cursor, SuggestedEdit.created_at, SuggestedEdit.id),
        )
        .order_by(SuggestedEdit.created_at.desc(), SuggestedEdit.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    found = [SuggestionRow(row[0], row[1], row[2], Person._make(row[3:])) for row in rows]
    return page_of(found, lambda row: (row.suggestion.created_at, row.suggestion.id))


def _concerns(viewer: Viewer) -> ColumnElement[bool]:
    for_them = and_(Post.author_id == viewer.viewer_id, SuggestedEdit.is_held.is_(False))
    return or_(SuggestedEdit.author_id == viewer.viewer_id, for_them)
