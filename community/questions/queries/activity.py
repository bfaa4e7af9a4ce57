"""What a person did over time and on which topics, as far as the viewer may see it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from community.core.authz import Viewer
from community.core.db import db
from community.core.spans import Span
from community.posts.models import Post, PostTag, Tag, Vote
from community.posts.visibility import post_is_visible
from community.questions.models import Acceptance

MOST_TOPICS = 5


class Topic(NamedTuple):
    """A tag and how many questions with it somebody solved."""

    name: str
    solved: int


def count_kudos_in(viewer: Viewer, user_id: int, spans: Sequence[Span]) -> list[int]:
    """Return how many kudos a person's visible posts were given in each span; spans ascend."""
    query = (
        select(*_counts(Vote.created_at, spans))
        .select_from(Post)
        .join(Vote, Vote.post_id == Post.id)
        .where(
            Post.author_id == user_id,
            post_is_visible(viewer),
            Vote.value == 1,
            Vote.created_at >= spans[0].begins_at,
        )
    )
    return [int(count) for count in db.session.execute(query).one()]


def count_solved_in(viewer: Viewer, user_id: int, spans: Sequence[Span]) -> list[int]:
    """Return how many of a person's visible answers were accepted in each span; spans ascend."""
    query = _solved(viewer, user_id, *_counts(Acceptance.accepted_at, spans)).where(
        Acceptance.accepted_at >= spans[0].begins_at
    )
    return [int(count) for count in db.session.execute(query).one()]


def list_best_topics(viewer: Viewer, user_id: int) -> list[Topic]:
    """Return the tags of the questions a person solved most often, the most frequent first."""
    solved = func.count(Post.id)
    query = (
        _solved(viewer, user_id, Tag.name, solved)
        .join(PostTag, PostTag.post_id == Post.root_id)
        .join(Tag, Tag.id == PostTag.tag_id)
        .group_by(Tag.id, Tag.name)
        .order_by(solved.desc(), Tag.name)
        .limit(MOST_TOPICS)
    )
    return [Topic(*row) for row in db.session.execute(query)]


def _counts(at: Any, spans: Sequence[Span]) -> list[Any]:
    return [func.count(case((and_(at >= span.begins_at, at < span.ends_at), 1))) for span in spans]


def _solved(viewer: Viewer, user_id: int, *columns: Any) -> Any:
    asked = aliased(Post)
    return (
        select(*columns)
        .select_from(Post)
        .join(Acceptance, Acceptance.answer_id == Post.id)
        .join(asked, asked.id == Post.root_id)
        .where(
            Post.author_id == user_id,
            # Solving one's own question counts for nobody.
            asked.author_id != user_id,
            post_is_visible(viewer),
        )
    )
