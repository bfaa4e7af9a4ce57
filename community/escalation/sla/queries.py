"""Reads of policies, clocks and what happened to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, Table, func, select

from community.core.authz import Viewer, require
from community.core.db import Base, db
from community.core.errors import NotFound
from community.escalation.calendars.business_time import NeverOpen, OpeningHours
from community.escalation.calendars.models import Calendar
from community.escalation.calendars.queries import (
    default_calendar_id,
    list_versions_since,
    opening_hours,
)
from community.escalation.sla.models import (
    CANCELLED,
    FIRST,
    CaseFacts,
    SlaClock,
    SlaEvent,
    SlaPolicy,
)
from community.escalation.sla.policies import can_change_sla, choose_policy
from community.escalation.sla.timing import Hours, MeasuredWait, begin, marks_of, measure_waits
from community.escalation.teams.models import Team

# Cases as old as this say nothing of today's team, and younger ones may still be answered.
MEASURED_FOR, SETTLED_AFTER = timedelta(days=90), timedelta(days=2)
MEASURED_AT_MOST = 500


def case_table() -> Table:
    """Return the table of support cases: they are made above, so only its name is known here."""
    return Base.metadata.tables["support_cases"]


def list_policies() -> Sequence[SlaPolicy]:
    """Return the policies in use, in the order in which they are tried."""
    used = select(SlaPolicy).where(SlaPolicy.is_retired.is_(False))
    return db.session.scalars(
        used.order_by(SlaPolicy.is_fallback, SlaPolicy.position, SlaPolicy.id)
    ).all()


def get_policy(viewer: Viewer, policy_id: int) -> SlaPolicy:
    """Return a policy in use (administrators); raises ``NotFound``."""
    require(can_change_sla(viewer))
    policy = db.session.get(SlaPolicy, policy_id)
    if policy is None or policy.is_retired:
        raise NotFound()
    return policy


def calendar_of_team(team_id: int) -> Calendar:
    """Return when a team works: its own calendar or the default one."""
    own = db.session.scalar(select(Team.calendar_id).where(Team.id == team_id))
    return db.session.get_one(Calendar, default_calendar_id() if own is None else own)


def present_hours(calendar_id: int) -> OpeningHours:
    """Return what a calendar says now."""
    calendar = db.session.get_one(Calendar, calendar_id)
    return opening_hours(list_versions_since(calendar_id, calendar.version)[-1])


def hours_since(calendar_id: int, version: int) -> list[Hours]:
    """Return what a calendar has said since one of its versions, in order."""
    versions = list_versions_since(calendar_id, version)
    ends = [later.valid_from for later in versions[1:]]
    return [
        Hours(opening_hours(one), until) for one, until in zip(versions, [*ends, None], strict=True)
    ]


def find_first_due(facts: CaseFacts, at: datetime) -> datetime | None:
    """Return by when a case that is opened at an instant is answered first; None if nobody says."""
    targets = choose_policy(list_policies(), facts).targets
    minutes = targets.get(facts.priority, {}).get(FIRST)
    if minutes is None:
        return None
    try:
        return marks_of(
            begin(int(minutes), at), present_hours(calendar_of_team(facts.team_id).id)
        ).due_at
    except NeverOpen:
        return None


def measure_first_answers(channel: str, now: datetime) -> MeasuredWait | None:
    """Return how long cases of a channel lately waited for their first answer.

    None where too few came to say. What was not owed any more is left out, and so is what is so
    young that it may still be answered.
    """
    lately = (
        select(SlaClock.started_at, SlaClock.ended_at)
        .where(
            SlaClock.kind == FIRST,
            SlaClock.channel == channel,
            SlaClock.state != CANCELLED,
            SlaClock.started_at.between(now - MEASURED_FOR, now - SETTLED_AFTER),
        )
        .order_by(SlaClock.started_at.desc(), SlaClock.id.desc())
        .limit(MEASURED_AT_MOST)
    )
    return measure_waits((row[0], row[1]) for row in db.session.execute(lately))


def list_clocks(case_id: int) -> Sequence[SlaClock]:
    """Return all clocks of a case in the order in which they were started."""
    mine = select(SlaClock).where(SlaClock.case_id == case_id)
    return db.session.scalars(mine.order_by(SlaClock.started_at, SlaClock.id)).all()


class HistoryLine(NamedTuple):
    """What happened to a clock of a kind, and what its policy and calendar are called now."""

    event: SlaEvent
    kind: str
    policy_name: str
    calendar_name: str


def list_sla_events(case_id: int) -> Sequence[HistoryLine]:
    """Return what happened to the clocks of a case, in order."""
    rows = db.session.execute(
        select(SlaEvent, SlaClock.kind, SlaPolicy.name, Calendar.name)
        .join(SlaClock, SlaClock.id == SlaEvent.clock_id)
        .join(SlaPolicy, SlaPolicy.id == SlaEvent.policy_id)
        .join(Calendar, Calendar.id == SlaEvent.calendar_id)
        .where(SlaEvent.case_id == case_id)
        .order_by(SlaEvent.id)
    )
    return [HistoryLine(*row) for row in rows]


def nearest_clocks(case_ids: Collection[int]) -> Mapping[int, SlaClock]:
    """Return the open clock of each case that is missed or due first; cases without have none."""
    found = select(SlaClock).where(
        SlaClock.case_id.in_(case_ids), SlaClock.ended_at.is_(None), SlaClock.due_at.is_not(None)
    )
    ordered = found.order_by(SlaClock.due_at.desc(), SlaClock.id.desc())
    return {clock.case_id: clock for clock in db.session.scalars(ordered)}


def has_missed_deadline(case_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition for cases in which somebody waits although a deadline was missed."""
    missed = select(SlaClock.id).where(
        SlaClock.case_id == case_id, SlaClock.ended_at.is_(None), SlaClock.breached_at.is_not(None)
    )
    return missed.exists()


def nearest_due_at(case_id: SQLColumnExpression[int]) -> ScalarSelect[datetime | None]:
    """Return the expression for when a case is due next, or since when it is overdue."""
    return (
        select(func.min(SlaClock.due_at))
        .where(SlaClock.case_id == case_id, SlaClock.ended_at.is_(None))
        .scalar_subquery()
    )
