"""Reactions to what others find, and to what they did about it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events.rings import RingDropped, RingSettled, RingSuspected
from moderation.cases.operations import drop_case, note_settled, open_case


def on_ring_suspected(event: RingSuspected, *, event_id: int) -> None:
    """Open a case about a ring, or bring it up to date."""
    open_case("ring", event.source, subject_ids=event.member_ids, evidence=event.evidence)


def on_ring_dropped(event: RingDropped, *, event_id: int) -> None:
    """Close a case that nobody has to decide any more."""
    drop_case(event.source, "doubt gone")


def on_ring_settled(event: RingSettled, *, event_id: int) -> None:
    """Note that a decision was carried out."""
    note_settled(event.source)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    RingSuspected: [on_ring_suspected],
    RingDropped: [on_ring_dropped],
    RingSettled: [on_ring_settled],
}
