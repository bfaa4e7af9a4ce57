"""Reactions to changed rules and to deadlines that nobody alone answers for."""

from collections.abc import Mapping, Sequence
from typing import Any

from community.core import clock as core_clock
from community.core.db import db
from community.core.jobs import Task, emit, enqueue
from community.escalation.sla.models import TO_LEAD, TO_OWNER, SlaClock
from community.escalation.sla.tasks import reconsider_open_clocks
from community.escalation.teams.models import Team
from community.escalation.teams.queries import away_ids, list_worker_ids
from community.events.deadlines import (
    CalendarChanged,
    ClockBreached,
    ClockWarned,
    SlaPoliciesChanged,
    TeamDeadline,
)


def reckon_anew(event: CalendarChanged | SlaPoliciesChanged, *, event_id: int) -> None:
    """Put the clocks of all cases to the rules that hold now; a second time changes nothing."""
    enqueue(reconsider_open_clocks, unique_key="sla:reconsider")


def on_clock_warned(event: ClockWarned, *, event_id: int) -> None:
    """Tell a whole team of a deadline that is near while neither owner nor lead can be told."""
    if event.user_id is None:
        _tell_team(event.case_id, event.clock_id, is_missed=False)


def on_clock_breached(event: ClockBreached, *, event_id: int) -> None:
    """Tell a whole team of a missed deadline where nobody else was told and no lead is there."""
    if event.user_id is None and event.step in (TO_OWNER, TO_LEAD):
        _tell_team(event.case_id, event.clock_id, is_missed=True)


def _tell_team(case_id: int, clock_id: int, *, is_missed: bool) -> None:
    clock = db.session.get_one(SlaClock, clock_id)
    lead_id = db.session.get_one(Team, clock.team_id).lead_id
    # A lead who was told at the first step already is spared the second one.
    if not clock.is_open or (lead_id is not None and not away_ids([lead_id], core_clock.now())):
        return
    for user_id in list_worker_ids(clock.team_id):
        emit(TeamDeadline(case_id, user_id, is_missed))


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Task]] = {
    CalendarChanged: (reckon_anew,),
    SlaPoliciesChanged: (reckon_anew,),
    ClockWarned: (on_clock_warned,),
    ClockBreached: (on_clock_breached,),
}
