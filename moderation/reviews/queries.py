"""Reads of cases in which reviewers have a voice, as reviewers see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from community.core import markup
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.posts.models import Post
from community.posts.policies import can_review
from community.posts.visibility import PUBLISHED, post_is_visible, visible_boards
from community.questions.models import Question
from moderation.cases.kinds import kind_of, list_kinds
from moderation.cases.models import UNDECIDED, CaseSubject, CaseVoice, ModerationCase
from moderation.cases.policies import can_see_reviews


class ReviewRow(NamedTuple):
    """A case in the list; ``mine`` is what the viewer said about it, if anything."""

    case: ModerationCase
    title: str
    mine: str | None


@dataclass(frozen=True)
class ReviewPage:
    """Cases, the oldest first; ``more`` begins the next page."""

    rows: Sequence[ReviewRow]
    more: int | None


@dataclass(frozen=True)
class Review:
    """A case a reviewer looks at: the post as it is, and a mark of what they see."""

    case: ModerationCase
    post: Post
    html: Markup
    title: str
    version: str
    mine: str | None
    voices: int


def page_of_reviews(viewer: Viewer, after: int = 0) -> ReviewPage:
    """Return what waits for reviewers, the oldest first; ``after`` is the last id seen."""
    require(can_see_reviews(viewer))
    query = _reviews_for(viewer).where(ModerationCase.id > after).order_by(ModerationCase.id)
    rows = db.session.execute(query.limit(PAGE_SIZE + 1))
    found = [ReviewRow(row[0], row[2], row[3]) for row in rows]
    more = found[PAGE_SIZE - 1].case.id if len(found) > PAGE_SIZE else None
    return ReviewPage(found[:PAGE_SIZE], more)


def get_review(viewer: Viewer, case_id: int) -> Review:
    """Return a case the viewer may say something about; raises ``NotFound``."""
    require(can_see_reviews(viewer))
    row: Any = db.session.execute(
        _reviews_for(viewer).where(ModerationCase.id == case_id)
    ).one_or_none()
    version = None if row is None else kind_of(row[0]).version(row[0])
    if row is None or version is None:
        raise NotFound()
    case, post, title, mine = row
    return Review(case, post, markup.stored(post.html), title, version, mine, _count(case, version))


def _count(case: ModerationCase, version: str) -> int:
    voices = (CaseVoice.case_id == case.id, CaseVoice.version == version)
    return db.session.scalar(select(func.count()).where(*voices)) or 0


def _reviews_for(viewer: Viewer) -> Any:
    own, titles = aliased(CaseVoice), Question.__table__
    kinds = [kind for kind in list_kinds() if kind.choices]
    about_them = (
        exists()
        .where(CaseSubject.case_id == ModerationCase.id, CaseSubject.user_id == viewer.viewer_id)
        .correlate(ModerationCase)
    )
    keys = {decision.key for kind in kinds for decision in kind.decisions}
    left = (
        exists()
        .where(CaseVoice.case_id == ModerationCase.id, CaseVoice.choice.not_in(keys))
        .correlate(ModerationCase)
    )
    return (
        select(ModerationCase, Post, titles.c.title, own.choice)
        .join(Post, Post.id == ModerationCase.post_id)
        .join(titles, titles.c.id == Post.root_id)
        .outerjoin(own, and_(own.case_id == ModerationCase.id, own.user_id == viewer.viewer_id))
        .where(
            ModerationCase.kind.in_([kind.name for kind in kinds]),
            ModerationCase.state.in_(UNDECIDED),
            ModerationCase.escalated_at.is_(None),
            ~about_them,
            ~left,
            _reviewed_boards(viewer),
            or_(post_is_visible(viewer), _waits_in_public(viewer)),
        )
        .execution_options(populate_existing=True)
    )


def _reviewed_boards(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for posts on boards where the viewer's voice counts."""
    if can_review(viewer, None):
        return true()
    return Post.board_id.in_([board for board in viewer.board_roles if can_review(viewer, board)])


def _waits_in_public(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for held posts that would be public if they were published."""
    root = aliased(Post)
    public_root = (
        select(root.id).where(root.id == Post.root_id, root.visibility == PUBLISHED).exists()
    )
    asked = Post.root_id == Post.id
    return and_(Post.visibility == "held", visible_boards(viewer), or_(asked, public_root))
