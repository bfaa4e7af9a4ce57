"""Publishing what was held: only then is anybody told of it, exactly once."""

from sqlalchemy import update

from community.core import clock
from community.core.db import db
from community.core.jobs import emit
from community.events import AnswerPosted, CommentPosted, QuestionAsked
from community.posts.models import Post
from community.posts.operations import end_hold
from community.questions.models import InfoRequest, Question


def date_release(question: Question, post: Post) -> bool:
    """Let a post nobody was told of count from now on; say whether it is one.

    It waited unseen: without this it would come out below what others wrote meanwhile.
    """
    if not end_hold(post):
        return False
    post.created_at = clock.now()
    if post.id == question.id:
        question.asked_at = question.last_activity_at = post.created_at
    db.session.flush()
    return True


def announce_post(question: Question, post: Post) -> None:
    """Tell of a post as if it had been written now."""
    if post.id == question.id:
        emit(QuestionAsked(question.id, post.author_id))
        return
    end_info_request(question, post.author_id)
    if post.kind == "comment":
        emit(CommentPosted(post.id, post.parent_id or question.id, question.id, post.author_id))
    else:
        emit(AnswerPosted(post.id, question.id, post.author_id))


def end_info_request(question: Question, writer_id: int) -> None:
    """End a request for facts when the asker has publicly written again."""
    if not question.awaits_asker or writer_id != question.author_id:
        return
    db.session.execute(
        update(InfoRequest)
        .where(InfoRequest.question_id == question.id, InfoRequest.answered_at.is_(None))
        .values(answered_at=clock.now())
    )
    question.awaits_asker = False
