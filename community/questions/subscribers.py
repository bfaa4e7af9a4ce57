"""Reactions to events: which answers seem to have solved their question.

All of them may be called twice with one effect.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.db import db
from community.events import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    CommentPosted,
    InfoRequested,
    KudosGiven,
    KudosTaken,
    PostRegrouped,
    PostVisibilityChanged,
    QuestionClosed,
    QuestionReopened,
)
from community.posts.models import Post
from community.questions.operations.ending import UNSOLVED
from community.questions.operations.likely import hear_asker_refuse, weigh_answers

# Not what was replaced by another answer, or went with its answer.
TAKEN_BACK = ("taken_back", UNSOLVED)


def on_kudos(event: KudosGiven | KudosTaken, *, event_id: int) -> None:
    """Weigh the answers of the question again whose answer was thanked for."""
    post = db.session.get_one(Post, event.post_id)
    if post.kind == "answer" and post.root_id is not None:
        weigh_answers(post.root_id)


def on_question_changed(
    event: AnswerPosted
    | CommentPosted
    | AnswerAccepted
    | QuestionClosed
    | QuestionReopened
    | InfoRequested
    | PostVisibilityChanged,
    *,
    event_id: int,
) -> None:
    """Weigh the answers again."""
    weigh_answers(event.question_id)


def on_answer_unaccepted(event: AnswerUnaccepted, *, event_id: int) -> None:
    """Hear the asker who took an acceptance back, and weigh the answers again."""
    if event.reason in TAKEN_BACK:
        hear_asker_refuse(event.question_id, event.answer_id, event.actor_id)
    weigh_answers(event.question_id)


def on_post_regrouped(event: PostRegrouped, *, event_id: int) -> None:
    """Weigh the answers of the question that the post belongs to now."""
    post = db.session.get_one(Post, event.post_id)
    weigh_answers(post.root_id or post.id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    KudosGiven: (on_kudos,),
    KudosTaken: (on_kudos,),
    AnswerPosted: (on_question_changed,),
    CommentPosted: (on_question_changed,),
    AnswerAccepted: (on_question_changed,),
    AnswerUnaccepted: (on_answer_unaccepted,),
    QuestionClosed: (on_question_changed,),
    QuestionReopened: (on_question_changed,),
    InfoRequested: (on_question_changed,),
    PostVisibilityChanged: (on_question_changed,),
    PostRegrouped: (on_post_regrouped,),
}
