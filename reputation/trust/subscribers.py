"""Reactions to events: each only says whose level to look at, so none may come too often."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import AnswerAccepted, AnswerUnaccepted, RightsChanged
from reputation.trust.operations import refresh_levels_of


def on_acceptance_changed(event: AnswerAccepted | AnswerUnaccepted, *, event_id: int) -> None:
    """Refresh the level of the helper: the first accepted answer makes one known."""
    refresh_levels_of([event.author_id])


def on_rights_changed(event: RightsChanged, *, event_id: int) -> None:
    """Refresh the level of who became a superuser, or is one no more."""
    refresh_levels_of([event.user_id])


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    AnswerAccepted: [on_acceptance_changed],
    AnswerUnaccepted: [on_acceptance_changed],
    RightsChanged: [on_rights_changed],
}
