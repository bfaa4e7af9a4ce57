"""A question's topics, and what those who answer it have solved on them."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, literal, select, union_all

from community.boards.models import Board
from community.boards.policies import Reach, reach_of
from community.boards.queries import board_is_within
from community.core.authz import Viewer
from community.core.db import AnySelect, db
from community.posts.models import PostTag, Tag
from community.questions.models import ALL_TAGS, TopicStanding


class TopicMark(NamedTuple):
    """How many best answers a helper has on a topic: a tag, or the board where it is empty."""

    tag: str
    solved_count: int


class Topics(NamedTuple):
    """The names of a question's tags, and by helper the topic of it they solved most on."""

    tags: list[str]
    marks: dict[int, TopicMark]


def get_topics(
    viewer: Viewer, question_id: int, board_id: int, helper_ids: Collection[int]
) -> Topics:
    """Return a question's tags, and what its helpers solved on boards the viewer may see.

    One query, which looks at few rows a helper. A tag says more than the board, and stands
    before it even where it counts for less.
    """
    found = {"question_id": question_id, "board_id": board_id, "user_ids": list(helper_ids)}
    rows = db.session.connection().execute(_topics_statement(reach_of(viewer)), found)
    tags: set[str] = set()
    marks: dict[int, TopicMark] = {}
    for tag, user_id, solved in sorted(rows, key=lambda row: (row[0] == "", -(row[2] or 0), row)):
        if tag:
            tags.add(tag)
        if user_id is not None:
            marks.setdefault(user_id, TopicMark(tag, int(solved)))
    return Topics(sorted(tags), marks)


@lru_cache
def _topics_statement(reach: Reach) -> AnySelect:
    helpers: Any = bindparam("user_ids", expanding=True)
    counts = (
        select(
            TopicStanding.tag_id,
            TopicStanding.user_id,
            func.sum(TopicStanding.solved_count).label("solved_count"),
        )
        .join(Board, Board.id == TopicStanding.board_id)
        .join(
            PostTag,
            and_(
                PostTag.tag_id == TopicStanding.tag_id,
                PostTag.post_id == bindparam("question_id"),
            ),
        )
        .where(TopicStanding.user_id.in_(helpers), board_is_within(reach))
        .group_by(TopicStanding.tag_id, TopicStanding.user_id)
        .subquery()
    )
    tags = (
        select(Tag.name, counts.c.user_id, counts.c.solved_count)
        .join(PostTag, PostTag.tag_id == Tag.id)
        .outerjoin(counts, counts.c.tag_id == Tag.id)
        .where(PostTag.post_id == bindparam("question_id"))
    )
    on_board = select(literal(""), TopicStanding.user_id, TopicStanding.solved_count).where(
        TopicStanding.user_id.in_(helpers),
        TopicStanding.tag_id == ALL_TAGS,
        TopicStanding.board_id == bindparam("board_id"),
    )
    statement: AnySelect = union_all(tags, on_board)  # type: ignore[assignment]
    return statement
