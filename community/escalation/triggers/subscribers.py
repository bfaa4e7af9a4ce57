"""Reactions to events: what waits is planned anew, and what raises an alarm is handed over.

All of them may be called twice with one effect.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.db import db
from community.escalation.triggers.operations.handing import tell_caller
from community.escalation.triggers.operations.signals import (
    hear_unsolved,
    look_for_alarm,
    look_for_spike,
)
from community.escalation.triggers.operations.watching import plan_again, plan_handover
from community.events import (
    AccountEnabled,
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    CommentPosted,
    InfoRequested,
    MeTooAdded,
    PostEdited,
    PostRegrouped,
    PostVisibilityChanged,
    QuestionAsked,
    QuestionClosed,
    QuestionReopened,
    SanctionEnded,
)
from community.events.deadlines import CalendarChanged
from community.events.support import CaseMessageAdded
from community.posts.models import Post

# Not what was replaced by another answer, or went with its answer: only what the asker took back.
TAKEN_BACK = "taken_back"


def on_question_asked(event: QuestionAsked, *, event_id: int) -> None:
    """Let a new question wait, and look for words of alarm in it."""
    plan_handover(event.question_id)
    look_for_alarm(event.question_id)


def on_answer_posted(event: AnswerPosted, *, event_id: int) -> None:
    """Let the question wait no more, and look for words of alarm in the answer."""
    plan_handover(event.question_id)
    look_for_alarm(event.answer_id)


def on_comment_posted(event: CommentPosted, *, event_id: int) -> None:
    """See whether the asker said what was missing, and look for words of alarm."""
    plan_handover(event.question_id)
    look_for_alarm(event.comment_id)


def on_post_edited(event: PostEdited, *, event_id: int) -> None:
    """Follow new tags, and look for words of alarm in the new text."""
    plan_handover(event.question_id)
    look_for_alarm(event.post_id)


def on_question_changed(
    event: AnswerAccepted | QuestionClosed | InfoRequested | PostVisibilityChanged,
    *,
    event_id: int,
) -> None:
    """Plan the question anew."""
    plan_handover(event.question_id)


def on_post_regrouped(event: PostRegrouped, *, event_id: int) -> None:
    """Plan the question anew that the post belongs to now."""
    post = db.session.get_one(Post, event.post_id)
    plan_handover(post.root_id or post.id)


def on_answer_unaccepted(event: AnswerUnaccepted, *, event_id: int) -> None:
    """Hear the asker who took an acceptance back."""
    plan_handover(event.question_id)
    if event.reason == TAKEN_BACK:
        hear_unsolved(event.question_id, event.actor_id, source=f"event {event_id}")


def on_question_reopened(event: QuestionReopened, *, event_id: int) -> None:
    """Hear the asker who opened the question again."""
    plan_handover(event.question_id)
    hear_unsolved(event.question_id, event.actor_id, source=f"event {event_id}")


def on_me_too(event: MeTooAdded, *, event_id: int) -> None:
    """See whether many have the same problem all at once."""
    look_for_spike(event.question_id)


def on_account_back(event: AccountEnabled | SanctionEnded, *, event_id: int) -> None:
    """Let the questions of somebody wait again who is back."""
    plan_again(asker_id=event.user_id)


def on_calendar_changed(event: CalendarChanged, *, event_id: int) -> None:
    """Reckon anew until when questions wait."""
    plan_again()


def on_case_message(event: CaseMessageAdded, *, event_id: int) -> None:
    """Tell a superuser who called an agent that the team has answered."""
    if event.direction == "out" and event.kind != "internal":
        tell_caller(event.case_id, event.message_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    QuestionAsked: (on_question_asked,),
    AnswerPosted: (on_answer_posted,),
    CommentPosted: (on_comment_posted,),
    PostEdited: (on_post_edited,),
    AnswerAccepted: (on_question_changed,),
    QuestionClosed: (on_question_changed,),
    InfoRequested: (on_question_changed,),
    PostVisibilityChanged: (on_question_changed,),
    PostRegrouped: (on_post_regrouped,),
    AnswerUnaccepted: (on_answer_unaccepted,),
    QuestionReopened: (on_question_reopened,),
    MeTooAdded: (on_me_too,),
    AccountEnabled: (on_account_back,),
    SanctionEnded: (on_account_back,),
    CalendarChanged: (on_calendar_changed,),
    CaseMessageAdded: (on_case_message,),
}
