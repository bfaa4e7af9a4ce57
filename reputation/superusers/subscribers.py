"""Reactions of the superuser scheme."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import RightsChanged
from reputation.superusers.operations.following import follow_role


def on_rights_changed(event: RightsChanged, *, event_id: int) -> None:
    """Follow a role that was given or taken by hand."""
    follow_role(event.user_id, event.actor_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    RightsChanged: [on_rights_changed],
}
