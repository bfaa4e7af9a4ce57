"""Reactions to what moderators decide about findings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events import CaseDecided, CaseUndone
from reputation.fairness.operations import carry_out, take_back


def on_case_decided(event: CaseDecided, *, event_id: int) -> None:
    """Carry out what was decided, if the case is about one of our findings."""
    carry_out(event.source, event.decision, event.case_id)


def on_case_undone(event: CaseUndone, *, event_id: int) -> None:
    """Undo what was carried out, if the case is about one of our findings."""
    take_back(event.source)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    CaseDecided: [on_case_decided],
    CaseUndone: [on_case_undone],
}
