"""Reactions to what askers say: a case where they disagree, none where all is settled."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events.duplicates import DuplicateDisputed, DuplicateSettled
from moderation.cases.operations import drop_case
from moderation.duplicates.operations import open_duplicate_case
from moderation.duplicates.queries import source_of


def on_duplicate_disputed(event: DuplicateDisputed, *, event_id: int) -> None:
    """Have moderators decide."""
    open_duplicate_case(event.proposal_id)


def on_duplicate_settled(event: DuplicateSettled, *, event_id: int) -> None:
    """Close the case that nobody has to decide any more."""
    drop_case(source_of(event.proposal_id), "settled")


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    DuplicateDisputed: [on_duplicate_disputed],
    DuplicateSettled: [on_duplicate_settled],
}
