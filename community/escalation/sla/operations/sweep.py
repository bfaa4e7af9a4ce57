"""The sweep: warnings, breaches and steps of the ladder, in the order in which they are due.

It looks at what is due alone, by an index, so its cost grows with that and not with all clocks.
Rows another worker has in hand are passed over: they are neither waited for nor done twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from community.core.db import AnySelect, db
from community.core.jobs import emit, enqueue
from community.escalation.calendars.business_time import OpeningHours, add_business_minutes
from community.escalation.sla.alarms import send_alarm
from community.escalation.sla.models import (
    TICKING,
    TO_LEAD,
    TO_OUTSIDE,
    TO_OWNER,
    WARNED,
    SlaClock,
    SlaPolicy,
)
from community.escalation.sla.operations.changes import breach, is_missed, note
from community.escalation.sla.queries import case_table, present_hours
from community.escalation.teams.models import Team
from community.escalation.teams.queries import away_ids
from community.events.deadlines import ClockBreached, ClockWarned

AT_ONCE = 200


@dataclass(frozen=True)
class _Ladder:
    """Who is told about a case: whose it is, and who leads the team; and when teams work.

    Who is away has nothing in hand and leads nobody here: the next one is told.
    """

    hours: Mapping[int, OpeningHours]
    owners: Mapping[int, int | None]
    leads: Mapping[int, int | None]

    def first(self, clock: SlaClock) -> int | None:
        """Return whose case it is, or else the lead."""
        return self.owners.get(clock.case_id) or self.leads.get(clock.team_id)

    def lead(self, clock: SlaClock) -> int | None:
        """Return the lead, unless they were told at the first step already."""
        lead = self.leads.get(clock.team_id)
        return None if lead == self.first(clock) else lead


def fire_due_clocks(now: datetime, limit: int = AT_ONCE) -> int:
    """Do what is due by now, the longest due first; returns for how many clocks, at most so many.

    A clock that is past its warning and its deadline alike only breaches.
    """
    clocks = _due_clocks(now, limit)
    if not clocks:
        return 0
    ladder = _ladder_of(clocks, now)
    policies = {clock.policy_id: db.session.get_one(SlaPolicy, clock.policy_id) for clock in clocks}
    for clock in clocks:
        _fire(clock, policies[clock.policy_id], ladder, now)
    db.session.flush()
    return len(clocks)


def _due_clocks(now: datetime, limit: int) -> list[SlaClock]:
    """Return what ran out in the order of deadlines, then warnings and steps of the ladder."""
    missed = select(SlaClock).where(
        SlaClock.due_at <= now, SlaClock.next_at.is_not(None), SlaClock.breached_at.is_(None)
    )
    found = _lock(missed.order_by(SlaClock.due_at, SlaClock.id).limit(limit))
    if len(found) < limit:
        others = select(SlaClock).where(
            SlaClock.next_at <= now, or_(SlaClock.due_at > now, SlaClock.breached_at.is_not(None))
        )
        ordered = others.order_by(SlaClock.next_at, SlaClock.id)
        found += _lock(ordered.limit(limit - len(found)))
    return found


def _lock(due: Select[SlaClock]) -> list[SlaClock]:
    cases = case_table()
    # The case is locked with its clock, as by whatever else changes clocks.
    due = due.join(cases, cases.c.id == SlaClock.case_id)
    due = due.execution_options(populate_existing=True)
    if db.engine.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    return list(db.session.scalars(due))


def _ladder_of(clocks: Sequence[SlaClock], now: datetime) -> _Ladder:
    cases = case_table()
    case_ids, team_ids = {c.case_id for c in clocks}, {c.team_id for c in clocks}
    calendar_ids = {c.calendar_id for c in clocks}
    owners = select(cases.c.id, cases.c.owner_id).where(cases.c.id.in_(case_ids))
    leads = select(Team.id, Team.lead_id).where(Team.id.in_(team_ids))
    return _Ladder(
        hours={calendar_id: present_hours(calendar_id) for calendar_id in calendar_ids},
        owners=_present(owners, now),
        leads=_present(leads, now),
    )


def _present(people: AnySelect, now: datetime) -> dict[int, int | None]:
    """Return somebody by what they answer for; None where nobody does, or they are away."""
    found = {row[0]: row[1] for row in db.session.execute(people)}
    away = away_ids([user_id for user_id in found.values() if user_id is not None], now)
    return {key: None if user_id in away else user_id for key, user_id in found.items()}


def _fire(clock: SlaClock, policy: SlaPolicy, ladder: _Ladder, now: datetime) -> None:
    if is_missed(clock, now):
        breach(clock, now, told=ladder.first(clock), step=TO_OWNER)
        _wait_for_next_step(clock, policy.lead_after_minutes, ladder, now)
    elif clock.state in TICKING:
        _warn(clock, ladder, now)
    elif clock.step < TO_LEAD:
        _climb(clock, TO_LEAD, ladder.lead(clock), now)
        if policy.alarm_email or policy.alarm_url:
            _wait_for_next_step(clock, policy.outside_after_minutes, ladder, now)
    else:
        _climb(clock, TO_OUTSIDE, None, now)
        enqueue(send_alarm, unique_key=f"sla:alarm:{clock.id}", clock_id=clock.id)


def _warn(clock: SlaClock, ladder: _Ladder, now: datetime) -> None:
    clock.state, clock.warned_at, clock.next_at = WARNED, now, clock.due_at
    note(clock, "warned", now)
    emit(ClockWarned(clock.case_id, clock.id, ladder.first(clock)))


def _climb(clock: SlaClock, step: int, told: int | None, now: datetime) -> None:
    clock.step, clock.next_at = step, None
    note(clock, "climbed", now)
    emit(ClockBreached(clock.case_id, clock.id, step, told))


def _wait_for_next_step(clock: SlaClock, minutes: int, ladder: _Ladder, now: datetime) -> None:
    # From now, not from the deadline: after an outage people get their time before it climbs on.
    clock.next_at = add_business_minutes(ladder.hours[clock.calendar_id], now, minutes)
