"""What moderators read beside a case: the post in its place, its author's past, cases like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, func, or_, select

from community.boards.models import Board
from community.core import markup
from community.core.authz import Viewer
from community.core.db import db
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post
from community.questions.models import Acceptance, Question
from moderation.cases.models import UNDECIDED, CaseSubject, ModerationCase
from moderation.cases.queries import case_is_for
from moderation.sanctions.queries.sanctions import SanctionRow, list_sanctions_of

LISTED = 5


@dataclass(frozen=True)
class PlacedPost:
    """A post as moderators read it, removed or not."""

    id: int
    kind: str
    visibility: str
    html: Markup
    language: str
    created_at: datetime
    edited_at: datetime | None
    author: Person


@dataclass(frozen=True)
class Place:
    """A post between what stands around it: its question, what it replies to, its neighbours.

    ``posts`` are in reading order, the post itself among them.
    """

    question_id: int
    title: str
    slug: str
    board_names: dict[str, str]
    posts: Sequence[PlacedPost]


class AuthorPast(NamedTuple):
    """What is known of a member: totals, trust, earlier cases about them, sanctions."""

    person: Person
    trust_level: int
    posts_count: int
    removed_count: int
    accepted_count: int
    cases: Sequence[ModerationCase]
    sanctions: Sequence[SanctionRow]


def place_of(post_id: int) -> Place | None:
    """Return a post in its place; None where it is gone for good."""
    post = db.session.get(Post, post_id)
    if post is None:
        return None
    question = db.session.scalars(
        select(Question).where(Question.id == (post.root_id or post.id))
    ).one()
    names = _board_names(question.board_id)
    ids = sorted({question.id, post.parent_id or question.id, post.id, *_neighbours(post)})
    rows: Any = db.session.execute(
        select(Post, *person_columns())
        .join(User, User.id == Post.author_id)
        .where(Post.id.in_(ids))
        .order_by(Post.created_at, Post.id)
    ).all()
    return Place(question.id, question.title, question.slug, names, [_placed(row) for row in rows])


def _board_names(board_id: int) -> dict[str, str]:
    return db.session.scalars(select(Board.names).where(Board.id == board_id)).one()


def _placed(row: Any) -> PlacedPost:
    post = row[0]
    return PlacedPost(
        post.id,
        post.kind,
        post.visibility,
        markup.stored(post.html),
        post.language,
        post.created_at,
        post.edited_at,
        Person(*row[1 : 1 + PERSON_WIDTH]),
    )


def _neighbours(post: Post) -> list[int]:
    """Return the public posts before and after this one that reply to the same post."""
    if post.parent_id is None:
        first = select(Post.id).where(
            Post.parent_id == post.id, Post.visibility == "published", Post.kind != "comment"
        )
        return list(db.session.scalars(first.order_by(Post.id).limit(1)))
    beside = (Post.parent_id == post.parent_id, Post.kind == post.kind)
    shown = Post.visibility == "published"
    before = select(Post.id).where(*beside, shown, Post.id < post.id).order_by(Post.id.desc())
    after = select(Post.id).where(*beside, shown, Post.id > post.id).order_by(Post.id)
    found = [db.session.scalar(query.limit(1)) for query in (before, after)]
    return [post_id for post_id in found if post_id is not None]


def past_of(viewer: Viewer, user_id: int, *, but_case_id: int) -> AuthorPast | None:
    """Return what is known of a member, without one case; None where nobody has this id."""
    row: Any = db.session.execute(
        select(
            *person_columns(),
            User.trust_level,
            _count_posts(user_id),
            _count_posts(user_id, Post.visibility.in_(("hidden", "deleted"))),
            _count_accepted(user_id),
        ).where(User.id == user_id)
    ).one_or_none()
    if row is None:
        return None
    trust_level, posts_count, removed_count, accepted_count = row[PERSON_WIDTH:]
    return AuthorPast(
        Person(*row[:PERSON_WIDTH]),
        trust_level,
        posts_count,
        removed_count,
        accepted_count,
        _cases_about(viewer, user_id, but_case_id),
        list_sanctions_of(user_id),
    )


def _count_posts(user_id: int, *which: ColumnElement[bool]) -> Any:
    own = select(func.count()).select_from(Post).where(Post.author_id == user_id, *which)
    return own.scalar_subquery()


def _count_accepted(user_id: int) -> Any:
    accepted = (
        select(func.count()).select_from(Acceptance).join(Post, Post.id == Acceptance.answer_id)
    )
    return accepted.where(Post.author_id == user_id).scalar_subquery()


def _cases_about(viewer: Viewer, user_id: int, but_case_id: int) -> list[ModerationCase]:
    query = (
        select(ModerationCase)
        .join(CaseSubject, CaseSubject.case_id == ModerationCase.id)
        .where(
            CaseSubject.user_id == user_id, ModerationCase.id != but_case_id, case_is_for(viewer)
        )
        .order_by(ModerationCase.id.desc())
        .limit(LISTED)
    )
    return list(db.session.scalars(query))


def similar_cases(viewer: Viewer, case: ModerationCase) -> list[ModerationCase]:
    """Return the newest decided cases of the same kind, for the same rule where one is known."""
    reasons = [str(reason) for reason in case.evidence.get("reasons", [])]
    alike: ColumnElement[bool] = ModerationCase.kind == case.kind
    if reasons:
        alike = and_(alike, or_(ModerationCase.rule.in_(reasons), ModerationCase.rule.is_(None)))
    query = (
        select(ModerationCase)
        .where(
            alike,
            ModerationCase.id != case.id,
            ModerationCase.state.not_in(UNDECIDED),
            ModerationCase.decision.is_not(None),
            case_is_for(viewer),
        )
        .order_by(ModerationCase.id.desc())
        .limit(LISTED)
    )
    return list(db.session.scalars(query))
