"""Cases with clocks, in office hours that are easy to reckon with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.escalation.calendars.operations import CalendarFacts, change_calendar, make_calendar
from community.escalation.calendars.queries import default_calendar_id, get_calendar
from community.escalation.cases.models import SupportCase
from community.escalation.sla.models import CaseFacts, SlaClock, SlaEvent, SlaPolicy
from community.escalation.sla.operations import start_clocks
from tests.factories.support import make_team

OFFICE_DAYS = ("9-17",) * 5 + ("", "")
ALWAYS = ("0-24",) * 7
# A Monday, and no holiday: nine o'clock in Berlin.
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def office(**changes: Any) -> CalendarFacts:
    """Return office hours of nine to five in Berlin without holidays, or something else."""
    given = {"name": "Office hours", "zone": "Europe/Berlin", "days": OFFICE_DAYS, **changes}
    return CalendarFacts(**given)


def work_office_hours(**changes: Any) -> int:
    """Let the default calendar be such office hours; returns its id."""
    with transaction():
        calendar_id = default_calendar_id()
        change_calendar(SYSTEM, get_calendar(SYSTEM, calendar_id).calendar, office(**changes))
    return calendar_id


def make_other_calendar(**changes: Any) -> int:
    """Make another calendar; returns its id."""
    with transaction():
        return make_calendar(SYSTEM, office(name="Others", **changes)).id


def make_case(**values: Any) -> CaseFacts:
    """Make a case that has no clocks yet; returns its facts."""
    team, given = make_team(), {"priority": "normal", "language": "en", "channel": "form", **values}
    case = SupportCase(
        subject="Something private", requester_email="a@example.org", team_id=team.id, **given
    )
    with transaction():
        db.session.add(case)
    facts = (case.id, team.id, case.board_id, case.priority, case.language, case.channel)
    return CaseFacts(*facts)


def make_ticking_case(at: datetime = MONDAY, **values: Any) -> CaseFacts:
    """Make a case whose clocks start at an instant; returns its facts."""
    facts = make_case(**values)
    with transaction():
        start_clocks(facts, at)
    return facts


def clock_of(case_id: int, kind: str) -> SlaClock:
    """Return the last clock of a kind as the database has it now."""
    found = select(SlaClock).where(SlaClock.case_id == case_id, SlaClock.kind == kind)
    ordered = found.order_by(SlaClock.id.desc()).limit(1)
    clock = db.session.scalars(ordered.execution_options(populate_existing=True)).one()
    db.session.rollback()
    return clock


def history_of(case_id: int, kind: str = "") -> list[str]:
    """Return what happened to the clocks of a case, or to those of a kind."""
    rows = db.session.execute(
        select(SlaEvent.what)
        .join(SlaClock, SlaClock.id == SlaEvent.clock_id)
        .where(SlaEvent.case_id == case_id, SlaClock.kind.in_([kind] if kind else KINDS))
        .order_by(SlaEvent.id)
    )
    found = [row[0] for row in rows]
    db.session.rollback()
    return found


def set_policy(**values: Any) -> None:
    """Change the policy that fits every case, without anybody's noticing."""
    with transaction():
        db.session.execute(update(SlaPolicy).where(SlaPolicy.is_fallback).values(**values))


KINDS = ("first", "next", "resolution")
