"""Reactions to events: what was decided is learned, what is written is remembered for a month.

Each looks at how things stand now rather than at what the event says, so events may come late,
twice or in another order.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import (
    AnswerPosted,
    CaseDecided,
    CaseUndone,
    CommentPosted,
    PostHeld,
    PostSuspected,
    QuestionAsked,
)
from moderation.cases.operations import open_case
from moderation.spam.operations.learning import follow_case, mark_post
from moderation.spam.screen import CODE


def on_case_changed(event: CaseDecided | CaseUndone, *, event_id: int) -> None:
    """Learn what a moderator decided about a post, or unlearn what was taken back."""
    follow_case(event.case_id)


def on_question_asked(event: QuestionAsked, *, event_id: int) -> None:
    """Remember a question's text, to know copies of it."""
    mark_post(event.question_id)


def on_answer_posted(event: AnswerPosted, *, event_id: int) -> None:
    """Remember an answer's text, to know copies of it."""
    mark_post(event.answer_id)


def on_comment_posted(event: CommentPosted, *, event_id: int) -> None:
    """Remember a comment's text, to know copies of it."""
    mark_post(event.comment_id)


def on_post_held(event: PostHeld, *, event_id: int) -> None:
    """Remember a held text: the next one like it is a copy."""
    mark_post(event.post_id)


def on_post_suspected(event: PostSuspected, *, event_id: int) -> None:
    """Have a moderator look at a published post whose score asks for it."""
    scores = [int(found["score"]) for found in event.findings if found["code"] == CODE]
    if scores:
        open_case(
            CODE,
            f"spam:{event.post_id}",
            subject_ids=[event.author_id],
            evidence={"score": max(scores)},
            post_id=event.post_id,
            priority=max(scores),
        )


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    CaseDecided: [on_case_changed],
    CaseUndone: [on_case_changed],
    QuestionAsked: [on_question_asked],
    AnswerPosted: [on_answer_posted],
    CommentPosted: [on_comment_posted],
    PostHeld: [on_post_held],
    PostSuspected: [on_post_suspected],
}
