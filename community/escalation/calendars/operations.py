"""Making calendars and changing them; each is audited, and tells whoever reckons with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select, update

from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.errors import Invalid
from community.core.jobs import emit
from community.escalation.calendars.business_time import (
    DAYS_A_WEEK,
    NeverOpen,
    next_opening,
)
from community.escalation.calendars.country_days import regions_by_country
from community.escalation.calendars.ical import UnreadableFile, read_days
from community.escalation.calendars.models import (
    HOLIDAY_NAME_MAX_CHARS,
    MOST_HOLIDAYS,
    NAME_MAX_CHARS,
    Calendar,
    CalendarVersion,
)
from community.escalation.calendars.policies import can_change_calendars
from community.escalation.calendars.queries import get_calendar, opening_hours
from community.escalation.calendars.week_text import (
    UnreadableText,
    parse_holidays,
    parse_spans,
)
from community.escalation.teams.operations import give_calendar
from community.events.deadlines import CalendarChanged

Errors = dict[str, str | LazyString]

EXAMPLE_DAY = "2026-12-24"


class UnfitCalendar(Invalid):
    """A calendar does not fit; ``errors`` says what and why, by field."""


@dataclass(frozen=True, kw_only=True)
class CalendarFacts:
    """A calendar as somebody typed it; ``days`` are the hours from Monday to Sunday."""

    name: str
    zone: str
    days: tuple[str, ...]
    country: str = ""
    region: str = ""
    holidays: str = ""
    is_default: bool = False
    teams: frozenset[int] = frozenset()


def make_calendar(actor: Viewer, facts: CalendarFacts) -> Calendar:
    """Make a calendar (administrators). Raises ``NotAllowed``, ``UnfitCalendar``."""
    require(can_change_calendars(actor))
    content = _fit(facts, None)
    calendar = Calendar(name=facts.name.strip())
    db.session.add(calendar)
    db.session.flush()
    if facts.is_default:
        _make_default(calendar)
    _add_version(actor, calendar, content)
    give_calendar(calendar.id, facts.teams)
    after = {**_shown(content), "teams": sorted(facts.teams)}
    record(actor, Action.CALENDAR_MADE, subject=("calendar", calendar.id), after=after)
    return calendar


def change_calendar(actor: Viewer, calendar: Calendar, facts: CalendarFacts) -> None:
    """Change a calendar from now on (administrators). Raises ``NotAllowed``, ``UnfitCalendar``.

    Said twice, it changes nothing. Which calendar is the default one is given on, never given up.
    """
    require(can_change_calendars(actor))
    content = _fit(facts, calendar)
    before = _locked(actor, calendar)
    is_renamed = calendar.name != facts.name.strip()
    becomes_default = facts.is_default and not calendar.is_default
    calendar.name = facts.name.strip()
    if becomes_default:
        _make_default(calendar)
    is_changed = _content_of(before) != content
    if is_changed:
        calendar.version += 1
        _add_version(actor, calendar, content)
    is_given = give_calendar(calendar.id, facts.teams)
    if is_changed or is_renamed or becomes_default or is_given:
        after = {**content, "teams": sorted(facts.teams)}
        _record_change(actor, calendar, _content_of(before), after)
    if (becomes_default or is_given) and not is_changed:
        emit(CalendarChanged(calendar.id))


def add_days_of_file(actor: Viewer, calendar: Calendar, raw: bytes) -> int:
    """Add the days of an iCalendar file as holidays; returns how many are new.

    Administrators. Raises ``NotAllowed``, ``UnfitCalendar``.
    """
    require(can_change_calendars(actor))
    try:
        found = read_days(raw, clock.now().date())
    except UnreadableFile as error:
        raise UnfitCalendar(errors={"file": _l("No days could be read from this file.")}) from error
    before = _content_of(_locked(actor, calendar))
    new = {
        day.isoformat(): _clean_name(name)
        for day, name in found.items()
        if day.isoformat() not in before["holidays"]
    }
    if not new:
        return 0
    if len(before["holidays"]) + len(new) > MOST_HOLIDAYS:
        raise UnfitCalendar(errors={"file": _too_many()})
    content = {**before, "holidays": dict(sorted({**before["holidays"], **new}.items()))}
    calendar.version += 1
    _add_version(actor, calendar, content)
    _record_change(actor, calendar, before, content)
    return len(new)


def _locked(actor: Viewer, calendar: Calendar) -> CalendarVersion:
    """Return what a calendar says now; nobody else changes it until the transaction ends."""
    locked = lock_row(select(Calendar.id).where(Calendar.id == calendar.id))
    db.session.execute(locked)
    db.session.refresh(calendar)
    return get_calendar(actor, calendar.id).version


def _make_default(calendar: Calendar) -> None:
    former = update(Calendar).where(Calendar.is_default, Calendar.id != calendar.id)
    db.session.execute(former.values(is_default=False))
    calendar.is_default = True
    db.session.flush()


def _add_version(actor: Viewer, calendar: Calendar, content: dict[str, Any]) -> None:
    latest = db.session.scalar(
        select(CalendarVersion.valid_from)
        .where(CalendarVersion.calendar_id == calendar.id)
        .order_by(CalendarVersion.version.desc())
        .limit(1)
    )
    now = clock.now()
    version = CalendarVersion(
        calendar_id=calendar.id,
        version=calendar.version,
        # A clock that was put back must not make a version older than the one before it.
        valid_from=now if latest is None else max(now, latest),
        changed_by_id=actor.viewer_id,
        **content,
    )
    db.session.add(version)
    db.session.flush()
    emit(CalendarChanged(calendar.id))


def _record_change(
    actor: Viewer, calendar: Calendar, before: dict[str, Any], after: dict[str, Any]
) -> None:
    record(
        actor,
        Action.CALENDAR_CHANGED,
        subject=("calendar", calendar.id),
        before=_shown(before),
        after=_shown(after),
    )


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "holidays": len(content["holidays"])}


def _content_of(version: CalendarVersion) -> dict[str, Any]:
    names = ("zone", "spans", "country", "region", "holidays")
    return {name: getattr(version, name) for name in names}


def _fit(facts: CalendarFacts, calendar: Calendar | None) -> dict[str, Any]:
    errors: Errors = {}
    _check_name(facts.name, calendar, errors)
    if facts.zone not in available_timezones():
        errors["zone"] = _l("Choose a time zone.")
    if facts.country and facts.region not in ("", *regions_by_country().get(facts.country, ())):
        errors["region"] = _l("This country has no such region.")
    if facts.country and facts.country not in regions_by_country():
        errors["country"] = _l("Choose a country.")
    spans = _fit_spans(facts.days, errors)
    holidays = _fit_holidays(facts.holidays, errors)
    content = {
        "zone": facts.zone,
        "spans": spans,
        "country": facts.country,
        "region": facts.region if facts.country else "",
        "holidays": holidays,
    }
    if not errors and not _ever_opens(content):
        errors["day_0"] = _l("Nobody would ever work by these hours. Name some hours of a day.")
    if errors:
        raise UnfitCalendar(errors=errors)
    return content


def _check_name(raw: str, calendar: Calendar | None, errors: Errors) -> None:
    name = raw.strip()
    if not name or len(name) > NAME_MAX_CHARS or _has_odd_characters(name):
        errors["name"] = _l("Name it with at most %(num)s characters.", num=NAME_MAX_CHARS)
        return
    taken = db.session.scalar(select(Calendar.id).where(Calendar.name == name))
    if taken is not None and (calendar is None or taken != calendar.id):
        errors["name"] = _l("There is a calendar of this name already.")


def _has_odd_characters(text: str) -> bool:
    try:
        return markup.clean_text(text) != text
    except markup.UnacceptableText:
        return True


def _fit_spans(days: tuple[str, ...], errors: Errors) -> list[list[int]]:
    found = []
    for weekday, typed in enumerate(days[:DAYS_A_WEEK]):
        try:
            found += [[weekday, *span] for span in parse_spans(typed)]
        except UnreadableText as error:
            errors[f"day_{weekday}"] = _l(
                "“%(piece)s” is no hours. Write them like 9-12, 13:00-17:30.", piece=error.args[0]
            )
    return found


def _fit_holidays(typed: str, errors: Errors) -> Mapping[str, str]:
    try:
        found = parse_holidays(markup.clean_text(typed))
    except UnreadableText as error:
        errors["holidays"] = _l(
            "“%(piece)s” is no day. Write one a line, like %(example)s.",
            piece=error.args[0],
            example=EXAMPLE_DAY,
        )
        return {}
    except markup.UnacceptableText:
        errors["holidays"] = _l("There are characters in this text that cannot be stored.")
        return {}
    if len(found) > MOST_HOLIDAYS:
        errors["holidays"] = _too_many()
    return found


def _too_many() -> LazyString:
    return _l("A calendar holds at most %(num)s days.", num=MOST_HOLIDAYS)


def _clean_name(name: str) -> str:
    try:
        return markup.clean_text(name)[:HOLIDAY_NAME_MAX_CHARS].strip()
    except markup.UnacceptableText:
        return ""


def _ever_opens(content: dict[str, Any]) -> bool:
    try:
        next_opening(opening_hours(CalendarVersion(**content)), clock.now())
    except NeverOpen:
        return False
    return True
