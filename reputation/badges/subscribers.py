"""Reactions to events: each only says whose badges to look at, so none may come too often."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    KudosGiven,
    KudosTaken,
    MeTooAdded,
    PointsChanged,
    PostVisibilityChanged,
    QuestionAsked,
)
from reputation.badges.operations.granting import refresh_badges
from reputation.ranks.queries import list_authors_in


def on_thanks_changed(
    event: AnswerAccepted | AnswerUnaccepted | KudosGiven | KudosTaken, *, event_id: int
) -> None:
    """Look at who was thanked, and at who thanked or accepted."""
    for user_id in sorted({event.author_id, event.actor_id or event.author_id}):
        refresh_badges(user_id)


def on_written(event: AnswerPosted | QuestionAsked, *, event_id: int) -> None:
    """Look at who wrote something."""
    refresh_badges(event.actor_id)


def on_thread_changed(event: MeTooAdded | PostVisibilityChanged, *, event_id: int) -> None:
    """Look at all who wrote there: what others share counts, what is removed does not."""
    for user_id in list_authors_in(event.question_id):
        refresh_badges(user_id)


def on_points_changed(event: PointsChanged, *, event_id: int) -> None:
    """Look at whose points changed: people may have been excluded from each other."""
    refresh_badges(event.user_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    AnswerAccepted: [on_thanks_changed],
    AnswerUnaccepted: [on_thanks_changed],
    KudosGiven: [on_thanks_changed],
    KudosTaken: [on_thanks_changed],
    AnswerPosted: [on_written],
    QuestionAsked: [on_written],
    MeTooAdded: [on_thread_changed],
    PostVisibilityChanged: [on_thread_changed],
    PointsChanged: [on_points_changed],
}
