"""Where words go that answer the mail about a post."""

from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, select

from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.posts.models import Post
from community.posts.visibility import place_is_visible, post_is_visible
from community.questions.models import Question
from community.questions.policies import can_answer_question, can_comment

Row = TypeVar("Row", bound=Post)


class ReplyPlace(NamedTuple):
    """What a reply to a post becomes: an answer to the question, or a comment below ``parent``."""

    question: Question
    parent: Post
    is_answer: bool

    def is_open_to(self, viewer: Viewer) -> bool:
        """Say whether the viewer may write there."""
        if self.is_answer:
            return can_answer_question(viewer, self.question)
        return can_comment(viewer, self.question, self.parent)


def get_reply_place(viewer: Viewer, post_id: int) -> ReplyPlace:
    """Return where the viewer's reply to a post belongs; raises ``NotFound``.

    Words about a question of somebody else's are an answer, all others a comment on the question or
    answer that was written, or commented on.
    """
    post = _find(Post, Post.id == post_id, place_is_visible(viewer))
    question = _find(Question, Question.id == (post.root_id or post.id), post_is_visible(viewer))
    if post.kind == "question":
        return ReplyPlace(question, question, is_answer=viewer.viewer_id != question.author_id)
    parent_id = post.parent_id if post.kind == "comment" else post.id
    if parent_id == question.id:
        return ReplyPlace(question, question, is_answer=False)
    parent = _find(Post, Post.id == parent_id, post_is_visible(viewer))
    return ReplyPlace(question, parent, is_answer=False)


def _find(kind: type[Row], *which: ColumnElement[bool]) -> Row:
    found = select(kind).where(*which).execution_options(populate_existing=True)
    row = db.session.scalar(found)
    if row is None:
        raise NotFound()
    return row
