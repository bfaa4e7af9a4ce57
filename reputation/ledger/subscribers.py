"""Reactions to events: each only says where to look, so none may come too late or too often."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import (
    AccountConfirmed,
    AnswerAccepted,
    AnswerUnaccepted,
    KudosGiven,
    KudosTaken,
    PostVisibilityChanged,
)
from community.events.edits import EditDecided, EditReverted
from reputation.ledger.operations import settle_members, settle_posts
from reputation.ledger.queries import list_posts_of


def on_acceptance_changed(event: AnswerAccepted | AnswerUnaccepted, *, event_id: int) -> None:
    """Settle an answer that was accepted, or is no more."""
    settle_posts([event.answer_id], event_id)


def on_kudos_changed(event: KudosGiven | KudosTaken, *, event_id: int) -> None:
    """Settle a post that somebody gave thanks for, or took them back."""
    settle_posts([event.post_id], event_id)


def on_visibility_changed(event: PostVisibilityChanged, *, event_id: int) -> None:
    """Settle what was hidden, deleted or brought back; a question takes its answers along."""
    if event.post_id == event.question_id:
        settle_posts(list_posts_of(event.question_id), event_id)
    else:
        settle_posts([event.post_id], event_id)


def on_account_confirmed(event: AccountConfirmed, *, event_id: int) -> None:
    """Settle the account of somebody whose address is known to be theirs."""
    settle_members([event.user_id], event_id)


def on_edit_changed(event: EditDecided | EditReverted, *, event_id: int) -> None:
    """Settle a post that says what somebody else suggested, or does no more."""
    if isinstance(event, EditReverted) or event.outcome == "accepted":
        settle_posts([event.post_id], event_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    AnswerAccepted: [on_acceptance_changed],
    AnswerUnaccepted: [on_acceptance_changed],
    KudosGiven: [on_kudos_changed],
    KudosTaken: [on_kudos_changed],
    PostVisibilityChanged: [on_visibility_changed],
    AccountConfirmed: [on_account_confirmed],
    EditDecided: [on_edit_changed],
    EditReverted: [on_edit_changed],
}
