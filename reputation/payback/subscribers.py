"""Reactions to what moderators decide about members: whose payback waits meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.authz import SYSTEM
from community.events import SanctionEnded, SanctionStarted
from reputation.payback.operations.holds import hold_while_suspended, lift_hold

# What shuts a member out; the other measures leave their points alone.
SHUTTING_OUT = frozenset({"suspension", "ban"})


def on_sanction_started(event: SanctionStarted, *, event_id: int) -> None:
    """Let the payback of a suspended member wait. Source: PRODUCT 4.4, rule 3."""
    if event.kind in SHUTTING_OUT:
        hold_while_suspended(event.user_id, reference=_reference(event.sanction_id))


def on_sanction_ended(event: SanctionEnded, *, event_id: int) -> None:
    """Free it again; what other holds keep stays kept."""
    if event.kind in SHUTTING_OUT:
        lift_hold(_reference(event.sanction_id), by=SYSTEM, user_id=event.user_id)


def _reference(sanction_id: int) -> str:
    return f"sanction:{sanction_id}"


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    SanctionStarted: [on_sanction_started],
    SanctionEnded: [on_sanction_ended],
}
