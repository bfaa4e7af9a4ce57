"""Reads of calendars, and their opening hours ready for reckoning."""

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Select, select

from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.escalation.calendars.business_time import (
    DAYS_A_WEEK,
    OpeningHours,
    hours_of,
)
from community.escalation.calendars.country_days import HolidaysOf
from community.escalation.calendars.models import Calendar, CalendarVersion
from community.escalation.calendars.policies import can_change_calendars


class CalendarRow(NamedTuple):
    """A calendar with what it says now."""

    calendar: Calendar
    version: CalendarVersion


def list_calendars(viewer: Viewer) -> Sequence[CalendarRow]:
    """Return all calendars by name (administrators)."""
    require(can_change_calendars(viewer))
    rows = db.session.execute(_present().order_by(Calendar.is_default.desc(), Calendar.name))
    return [CalendarRow(*row) for row in rows]


def get_calendar(viewer: Viewer, calendar_id: int) -> CalendarRow:
    """Return a calendar (administrators); raises ``NotFound``."""
    require(can_change_calendars(viewer))
    row = db.session.execute(_present().where(Calendar.id == calendar_id)).one_or_none()
    if row is None:
        raise NotFound()
    return CalendarRow(*row)


def _present() -> Select[Calendar, CalendarVersion]:
    return select(Calendar, CalendarVersion).join(
        CalendarVersion,
        (CalendarVersion.calendar_id == Calendar.id)
        & (CalendarVersion.version == Calendar.version),
    )


def default_calendar_id() -> int:
    """Return the calendar of teams that have none of their own."""
    return db.session.scalars(select(Calendar.id).where(Calendar.is_default)).one()


def get_opening_hours(calendar_id: int | None) -> OpeningHours:
    """Return a calendar's present opening hours; None asks for the default calendar's."""
    whose = Calendar.is_default if calendar_id is None else Calendar.id == calendar_id
    return opening_hours(db.session.execute(_present().where(whose)).one()[1])


def list_versions_since(calendar_id: int, version: int) -> Sequence[CalendarVersion]:
    """Return a calendar's versions from one on, in order."""
    return db.session.scalars(
        select(CalendarVersion)
        .where(CalendarVersion.calendar_id == calendar_id, CalendarVersion.version >= version)
        .order_by(CalendarVersion.version)
    ).all()


def opening_hours(version: CalendarVersion) -> OpeningHours:
    """Return what a calendar says, ready for reckoning."""
    return _hours(
        version.zone,
        json.dumps(version.spans),
        version.country,
        version.region,
        tuple(sorted(version.holidays)),
    )


# By what it says, not by its id: a version's row never changes, yet ids do not last in tests.
@lru_cache(maxsize=128)
def _hours(zone: str, spans: str, country: str, region: str, days: tuple[str, ...]) -> OpeningHours:
    week: dict[int, list[tuple[int, int]]] = {day: [] for day in range(DAYS_A_WEEK)}
    for weekday, opens, closes in json.loads(spans):
        week[weekday].append((opens, closes))
    further = frozenset(date.fromisoformat(day) for day in days)
    return hours_of(zone, week, HolidaysOf(country, region, further))
