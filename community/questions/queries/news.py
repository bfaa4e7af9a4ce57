"""What has come to a question since a reader opened it."""

from typing import NamedTuple

from sqlalchemy import select

from community.boards.models import Board
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.posts.visibility import PUBLISHED, root_is_visible
from community.questions.models import Answer, Question

COUNTED_AT_MOST = 30


class News(NamedTuple):
    """How many answers there are now; how many are new and the first of them, if any."""

    answers_count: int
    new_count: int
    first_new_id: int | None
    slug: str


def get_news(viewer: Viewer, question_id: int, known_count: int) -> News:
    """Return what is new to somebody who knows of ``known_count`` answers; raises ``NotFound``."""
    found = db.session.execute(
        select(Question.answers_count, Question.slug)
        .join(Board, Board.id == Question.place_id)
        .where(Question.id == question_id, root_is_visible(viewer, Question))
    ).one_or_none()
    if found is None:
        raise NotFound()
    new_count = max(0, found.answers_count - known_count)
    first = _first_of_newest(question_id, new_count) if new_count else None
    return News(found.answers_count, new_count, first, found.slug)


def _first_of_newest(question_id: int, count: int) -> int | None:
    newest = db.session.scalars(
        select(Answer.id)
        .where(Answer.root_id == question_id, Answer.visibility == PUBLISHED)
        .order_by(Answer.id.desc())
        .limit(min(count, COUNTED_AT_MOST))
    ).all()
    return newest[-1] if newest else None
