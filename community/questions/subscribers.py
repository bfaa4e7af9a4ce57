"""Reactions to events: which answers seem to have solved their question, and on which topics whose
answers were the best.

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
    PostEdited,
    PostRegrouped,
    PostVisibilityChanged,
    QuestionClosed,
    QuestionReopened,
)
from community.posts.models import Post
from community.questions.operations.ending import UNSOLVED
from community.questions.operations.likely import hear_asker_refuse, weigh_answers
from community.questions.operations.topics import recount_topics, recount_topics_around

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


def on_best_answers_changed(event: AnswerAccepted | AnswerUnaccepted, *, event_id: int) -> None:
    """Count the helper's best answers on their topics."""
    recount_topics([event.author_id])


def on_topics_changed(event: PostEdited | PostVisibilityChanged, *, event_id: int) -> None:
    """Count for all helpers of a question that has other tags, was removed or came back."""
    recount_topics_around(event.post_id)


def on_topics_regrouped(event: PostRegrouped, *, event_id: int) -> None:
    """Count for all whose best answers stand on another board or question now."""
    recount_topics_around(event.post_id, event.author_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    KudosGiven: (on_kudos,),
    KudosTaken: (on_kudos,),
    AnswerPosted: (on_question_changed,),
    CommentPosted: (on_question_changed,),
    AnswerAccepted: (on_question_changed, on_best_answers_changed),
    AnswerUnaccepted: (on_answer_unaccepted, on_best_answers_changed),
    PostEdited: (on_topics_changed,),
    QuestionClosed: (on_question_changed,),
    QuestionReopened: (on_question_changed,),
    InfoRequested: (on_question_changed,),
    PostVisibilityChanged: (on_question_changed, on_topics_changed),
    PostRegrouped: (on_post_regrouped, on_topics_regrouped),
}
