"""Reactions to events: what was decided is learned, what is written is remembered for a month.

Each looks at how things stand now rather than at what the event says, so events may come late,
twice or in another order.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.jobs import enqueue
from community.core.settings import current_settings
from community.events import (
    AnswerPosted,
    CaseDecided,
    CaseUndone,
    CommentPosted,
    PostHeld,
    PostSuspected,
    QuestionAsked,
)
from moderation.spam.operations.learning import follow_case, mark_post
from moderation.spam.operations.suspecting import note_score
from moderation.spam.outside import services_of
from moderation.spam.screen import CODE
from moderation.spam.tasks import ask_service


def on_case_changed(event: CaseDecided | CaseUndone, *, event_id: int) -> None:
    """Learn what a moderator decided about a post, or unlearn what was taken back."""
    follow_case(event.case_id)


def on_question_asked(event: QuestionAsked, *, event_id: int) -> None:
    """Remember a question's text, to know copies of it."""
    _follow_text(event.question_id)


def on_answer_posted(event: AnswerPosted, *, event_id: int) -> None:
    """Remember an answer's text, to know copies of it."""
    _follow_text(event.answer_id)


def on_comment_posted(event: CommentPosted, *, event_id: int) -> None:
    """Remember a comment's text, to know copies of it."""
    _follow_text(event.comment_id)


def on_post_held(event: PostHeld, *, event_id: int) -> None:
    """Remember a held text: the next one like it is a copy."""
    mark_post(event.post_id)


def on_post_suspected(event: PostSuspected, *, event_id: int) -> None:
    """Have a moderator look at a published post whose score asks for it."""
    scores = [int(found["score"]) for found in event.findings if found["code"] == CODE]
    if scores:
        note_score(event.post_id, max(scores))


def _follow_text(post_id: int) -> None:
    """Remember a public text, and have the services asked about it that the operator chose."""
    mark_post(post_id)
    for service in services_of(current_settings()):
        enqueue(ask_service, post_id=post_id, service=service.name)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    CaseDecided: [on_case_changed],
    CaseUndone: [on_case_changed],
    QuestionAsked: [on_question_asked],
    AnswerPosted: [on_answer_posted],
    CommentPosted: [on_comment_posted],
    PostHeld: [on_post_held],
    PostSuspected: [on_post_suspected],
}
