"""Reactions to posts that were removed or came back, and to suspended members at the door."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import PostVisibilityChanged, SuspendedSignIn
from moderation.sanctions.operations.reminders import remind_suspended
from moderation.sanctions.operations.statements import note_removal


def on_visibility_changed(event: PostVisibilityChanged, *, event_id: int) -> None:
    """Tell the author why, unless whoever removed the post did."""
    note_removal(event.post_id, event.visibility)


def on_suspended_sign_in(event: SuspendedSignIn, *, event_id: int) -> None:
    """Tell a suspended member again why they cannot sign in, and how to appeal."""
    remind_suspended(event.user_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    PostVisibilityChanged: [on_visibility_changed],
    SuspendedSignIn: [on_suspended_sign_in],
}
