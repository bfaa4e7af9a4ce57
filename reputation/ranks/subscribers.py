"""Reactions to events: each only says whose rank to look at, so none may come too often."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import (
    AnswerAccepted,
    AnswerUnaccepted,
    KudosGiven,
    KudosTaken,
    PointsChanged,
    PostVisibilityChanged,
)
from reputation.ranks.operations import refresh_rank
from reputation.ranks.queries import list_authors_in


def on_standing_changed(
    event: AnswerAccepted | AnswerUnaccepted | KudosGiven | KudosTaken, *, event_id: int
) -> None:
    """Refresh the rank of whose answer was accepted, or whose post was thanked for."""
    refresh_rank(event.author_id)


def on_points_changed(event: PointsChanged, *, event_id: int) -> None:
    """Refresh the rank of whose points changed, whatever did it."""
    refresh_rank(event.user_id)


def on_visibility_changed(event: PostVisibilityChanged, *, event_id: int) -> None:
    """Refresh the ranks of all who wrote there: what is removed counts for nobody."""
    for user_id in list_authors_in(event.question_id):
        refresh_rank(user_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    PointsChanged: [on_points_changed],
    AnswerAccepted: [on_standing_changed],
    AnswerUnaccepted: [on_standing_changed],
    KudosGiven: [on_standing_changed],
    KudosTaken: [on_standing_changed],
    PostVisibilityChanged: [on_visibility_changed],
}
