"""Turning answers into comments and comments into answers; the question's row is locked."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from community.core.authz import require
from community.core.db import db
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.events import PostRegrouped, PostVisibilityChanged
from community.identity.models import User
from community.posts.models import Post
from community.questions.errors import NotTurnable
from community.questions.models import Acceptance, Answer, Question
from community.questions.operations.carrying import Parents
from community.questions.operations.regrouping import (
    TO_ANSWER,
    TO_COMMENT,
    derive_anew,
    note_regrouping,
    standings_of,
)
from community.questions.policies import can_regroup_question
from community.questions.standing import change_standing


def turn_into_answer(actor: User, question: Question, comment: Post, reason: str) -> None:
    """Make a comment an answer, with its number and its kudos; the question's row is locked.

    Raises ``NotAllowed``, ``ReasonUnfit``, ``NotTurnable``.
    """
    require(can_regroup_question(actor, question))
    reason = fit_reason(reason)
    if comment.kind != TO_COMMENT or not comment.is_published:
        raise NotTurnable()
    _turn(actor, question, comment, TO_ANSWER, question.id, reason)


def turn_into_comment(
    actor: User, question: Question, answer: Post, parent: Post | None = None, *, reason: str
) -> None:
    """Make an answer a comment on the question or on another answer of it.

    What was said below it goes there too. Raises ``NotAllowed``, ``ReasonUnfit``, ``NotTurnable``.
    """
    require(can_regroup_question(actor, question))
    reason = fit_reason(reason)
    parent = parent or question
    is_place = parent.id == question.id or (
        parent.kind == TO_ANSWER and parent.root_id == question.id and parent.id != answer.id
    )
    if answer.kind != TO_ANSWER or not answer.is_published:
        raise NotTurnable()
    if not is_place or not parent.is_published or is_accepted(answer.id):
        raise NotTurnable()
    _turn(actor, question, answer, TO_COMMENT, parent.id, reason)


def is_accepted(answer_id: int) -> bool:
    """Say whether an answer is a solution."""
    found = select(Acceptance.id).where(Acceptance.answer_id == answer_id)
    return db.session.scalar(found) is not None


def _turn(
    actor: User, question: Question, post: Post, kind: str, parent_id: int, reason: str
) -> None:
    before = standings_of(question)
    below = db.session.execute(select(Post.id, Post.parent_id).where(Post.parent_id == post.id))
    moved: Parents = [(post.id, post.parent_id), *((row[0], row[1]) for row in below)]
    set_kind(post, kind, parent_id)
    derive_anew(question)
    change_standing(before, standings_of(question))
    carried = {"posts": moved}
    note_regrouping(actor, kind, question, question, carried, reason=reason, post=post)
    emit(PostVisibilityChanged(post.id, question.id, actor.id, post.visibility))
    emit(PostRegrouped(post.id, post.author_id, actor.id, kind))


def set_kind(post: Post, kind: str, parent_id: int | None) -> None:
    """Change a post's kind; a comment has nothing below it, so that goes to what it replies to."""
    db.session.flush()
    answers: Any = Answer.__table__
    if kind == TO_ANSWER:
        db.session.execute(insert(answers).values(id=post.id))
    else:
        db.session.execute(delete(answers).where(answers.c.id == post.id))
        _move_children(post.id, parent_id)
    posts: Any = Post.__table__
    db.session.execute(
        update(posts).where(posts.c.id == post.id).values(kind=kind, parent_id=parent_id)
    )
    # It is loaded as what it no longer is.
    db.session.expunge(post)


def _move_children(post_id: int, parent_id: int | None) -> None:
    db.session.execute(update(Post).where(Post.parent_id == post_id).values(parent_id=parent_id))
