"""Reactions to changed rules: open clocks are reckoned anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from community.core.jobs import Task, enqueue
from community.escalation.sla.tasks import reconsider_open_clocks
from community.events.deadlines import CalendarChanged, SlaPoliciesChanged


def reckon_anew(event: CalendarChanged | SlaPoliciesChanged, *, event_id: int) -> None:
    """Put the clocks of all cases to the rules that hold now; a second time changes nothing."""
    enqueue(reconsider_open_clocks, unique_key="sla:reconsider")


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Task]] = {
    CalendarChanged: (reckon_anew,),
    SlaPoliciesChanged: (reckon_anew,),
}
