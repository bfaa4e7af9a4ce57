"""Reactions to events."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core import clock
from community.core.jobs import enqueue
from community.events import PointsChanged
from reputation.leaderboards.tasks import GATHERED_FOR, refresh_member


def on_points_changed(event: PointsChanged, *, event_id: int) -> None:
    """Add up the scores of a member soon, once for all that changes until then."""
    enqueue(
        refresh_member,
        due_at=clock.now() + GATHERED_FOR,
        unique_key=f"leaderboards:{event.user_id}",
        user_id=event.user_id,
    )


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    PointsChanged: [on_points_changed],
}
