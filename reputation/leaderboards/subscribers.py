"""Reactions to events."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import PointsChanged
from reputation.leaderboards.operations import refresh_scores


def on_points_changed(event: PointsChanged, *, event_id: int) -> None:
    """Add up the scores of a member whose points changed."""
    refresh_scores([event.user_id])


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    PointsChanged: [on_points_changed],
}
