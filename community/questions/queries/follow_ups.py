"""Questions that go on where others ended."""

from typing import NamedTuple

from sqlalchemy import or_, select

from community.boards.models import Board
from community.core.authz import Viewer
from community.core.db import db
from community.posts.visibility import root_is_visible
from community.questions.models import FollowUp, Question

SHOWN = 10


class FollowUpView(NamedTuple):
    """A question before or after another one."""

    id: int
    slug: str
    title: str
    is_earlier: bool


def list_follow_ups(viewer: Viewer, question_id: int) -> list[FollowUpView]:
    """Return what a question follows up and what follows it up, as far as the viewer sees it."""
    here = or_(FollowUp.question_id == question_id, FollowUp.earlier_id == question_id)
    other = or_(FollowUp.question_id == Question.id, FollowUp.earlier_id == Question.id)
    rows = db.session.execute(
        select(Question.id, Question.slug, Question.title, FollowUp.earlier_id == Question.id)
        .join(FollowUp, other)
        .join(Board, Board.id == Question.place_id)
        .where(here, Question.id != question_id, root_is_visible(viewer, Question))
        .order_by(Question.id)
        .limit(SHOWN)
    )
    return [FollowUpView(row[0], row[1], row[2], bool(row[3])) for row in rows]
