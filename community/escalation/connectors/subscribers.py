"""What happens to cases is carried to the other side."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.escalation.cases.models import INTERNAL
from community.escalation.connectors import queries
from community.escalation.connectors.configuration import list_connectors
from community.escalation.connectors.operations.links import forget_declined_state, link_case
from community.escalation.connectors.tasks import plan_mirroring
from community.events.support import CaseMessageAdded, CaseOpened, CaseStateChanged


def on_case_opened(event: CaseOpened, *, event_id: int) -> None:
    """Mirror a new case wherever cases are mirrored."""
    for connector in list_connectors():
        link_case(event.case_id, connector.name)
    _plan(event.case_id)


def on_message_added(event: CaseMessageAdded, *, event_id: int) -> None:
    """Carry over what was said, if it is no note."""
    if event.kind != INTERNAL:
        _plan(event.case_id)


def on_state_changed(event: CaseStateChanged, *, event_id: int) -> None:
    """Carry over a case's new state; one that is new for them as well counts more than theirs."""
    is_news = queries.STATES[event.state] != queries.STATES[event.former_state]
    if event.actor_id is not None and is_news:
        forget_declined_state(event.case_id)
    _plan(event.case_id)


def _plan(case_id: int) -> None:
    for link_id in queries.link_ids_of(case_id):
        plan_mirroring(link_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    CaseOpened: [on_case_opened],
    CaseMessageAdded: [on_message_added],
    CaseStateChanged: [on_state_changed],
}
