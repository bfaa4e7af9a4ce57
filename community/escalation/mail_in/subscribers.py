"""What the support team writes to a customer goes out by mail."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.jobs import enqueue
from community.escalation.cases.models import OUT, PRIVATE
from community.escalation.mail_in.tasks import send_case_mail
from community.events.support import CaseMessageAdded


def on_message_added(event: CaseMessageAdded, *, event_id: int) -> None:
    """Mail a customer what was written to them alone."""
    if event.kind == PRIVATE and event.direction == OUT:
        enqueue(send_case_mail, message_id=event.message_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    CaseMessageAdded: [on_message_added],
}
