"""Pages of administrators: calendars, their hours, holidays and teams."""

from collections.abc import Mapping
from datetime import date

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from community.core import clock
from community.core.authz import require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.web import current_viewer, read_id, takes_files
from community.escalation.calendars.business_time import DAYS_A_WEEK
from community.escalation.calendars.country_days import public_holidays, regions_by_country
from community.escalation.calendars.ical import LARGEST_FILE_BYTES
from community.escalation.calendars.models import CalendarVersion
from community.escalation.calendars.operations import (
    CalendarFacts,
    add_days_of_file,
    change_calendar,
    make_calendar,
)
from community.escalation.calendars.policies import can_change_calendars
from community.escalation.calendars.queries import CalendarRow, get_calendar, list_calendars
from community.escalation.calendars.week_text import format_holidays, format_spans
from community.escalation.teams.queries import list_teams
from community.identity.forms import time_zones
from community.identity.signing_in import recently_verified

blueprint = Blueprint("calendars", __name__)

DAY_FIELDS = tuple(f"day_{day}" for day in range(DAYS_A_WEEK))
FIELDS = (*DAY_FIELDS, "name", "zone", "country", "region", "holidays", "is_default")
OFFICE_DAYS = ("09:00-17:00",) * 5 + ("", "")


@blueprint.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_change_calendars(current_viewer()))


@blueprint.get("/admin/calendars")
def show_calendars() -> str:
    """List all calendars."""
    teams = list_teams()
    return render_template(
        "admin/calendars.html",
        rows=list_calendars(current_viewer()),
        teams_of=lambda row: [team for team in teams if _works_by(team.calendar_id, row)],
    )


def _works_by(calendar_id: int | None, row: CalendarRow) -> bool:
    return row.calendar.is_default if calendar_id is None else calendar_id == row.calendar.id


@blueprint.get("/admin/calendars/new")
def new_calendar() -> ResponseReturnValue:
    """Show the form for a calendar."""
    return _render(None, {})


@blueprint.post("/admin/calendars")
@takes(*FIELDS, many=("teams",))
@recently_verified
def create_calendar() -> ResponseReturnValue:
    """Make a calendar."""
    try:
        made = make_calendar(current_viewer(), _typed())
    except Invalid as refusal:
        return _render(None, refusal.errors, 422)
    flash(_("The calendar is made."), "success")
    return redirect(url_for("calendars.edit_calendar", calendar_id=made.id), 303)


@blueprint.get("/admin/calendars/<int:calendar_id>")
def edit_calendar(calendar_id: int) -> ResponseReturnValue:
    """Show a calendar, to be changed."""
    return _render(get_calendar(current_viewer(), calendar_id), {})


@blueprint.post("/admin/calendars/<int:calendar_id>")
@takes(*FIELDS, many=("teams",))
@recently_verified
def save_calendar(calendar_id: int) -> ResponseReturnValue:
    """Change a calendar; open deadlines follow in the background."""
    row = get_calendar(current_viewer(), calendar_id)
    try:
        change_calendar(current_viewer(), row.calendar, _typed())
    except Invalid as refusal:
        return _render(row, refusal.errors, 422)
    flash(_("Saved. Open deadlines follow within minutes."), "success")
    return redirect(url_for("calendars.edit_calendar", calendar_id=calendar_id), 303)


@blueprint.post("/admin/calendars/<int:calendar_id>/holidays")
@takes_files(LARGEST_FILE_BYTES)
@takes(file="file")
@recently_verified
def add_holidays(calendar_id: int) -> ResponseReturnValue:
    """Add the days of an iCalendar file."""
    row = get_calendar(current_viewer(), calendar_id)
    upload = request.files.get("file")
    try:
        raw = b"" if upload is None else upload.read(LARGEST_FILE_BYTES + 1)
        new = add_days_of_file(current_viewer(), row.calendar, raw)
    except Invalid as refusal:
        return _render(row, refusal.errors, 422)
    words = ngettext("%(num)s day was added.", "%(num)s days were added.", new)
    flash(words if new else _("All days of this file are in the calendar already."), "success")
    return redirect(url_for("calendars.edit_calendar", calendar_id=calendar_id), 303)


def _render(
    row: CalendarRow | None, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    is_typed = bool(errors) and "name" in request.form
    typed = request.form if is_typed else _facts_of(row)
    page = render_template(
        "admin/calendar.html",
        row=row,
        typed=typed,
        errors=errors,
        day_names=_day_names(),
        zones=[(zone, zone.replace("_", " ")) for zone in time_zones()],
        countries=_countries(),
        regions=regions_by_country().get(str(typed.get("country", "")), ()),
        teams=[(team.id, team.name_in(reader_language())) for team in list_teams()],
        chosen=_typed_teams() if is_typed else _teams_of(row),
        days_off=[] if row is None else _days_off(row.version),
    )
    return page, status


def _facts_of(row: CalendarRow | None) -> dict[str, object]:
    if row is None:
        return {"zone": "Europe/Berlin", **dict(zip(DAY_FIELDS, OFFICE_DAYS, strict=True))}
    version = row.version
    days = {
        f"day_{day}": format_spans(
            (opens, closes) for weekday, opens, closes in version.spans if weekday == day
        )
        for day in range(DAYS_A_WEEK)
    }
    return {
        **days,
        "name": row.calendar.name,
        "zone": version.zone,
        "country": version.country,
        "region": version.region,
        "holidays": format_holidays(version.holidays),
        "is_default": row.calendar.is_default,
    }


def _teams_of(row: CalendarRow | None) -> set[int]:
    if row is None:
        return set()
    return {team.id for team in list_teams() if team.calendar_id == row.calendar.id}


def _day_names() -> list[str]:
    names = Locale.parse(reader_language()).days["stand-alone"]["wide"]
    return [str(names[day]) for day in range(DAYS_A_WEEK)]


def _countries() -> list[tuple[str, str]]:
    names = Locale.parse(reader_language()).territories
    return sorted(((code, names.get(code, code)) for code in regions_by_country()), key=_by_name)


def _by_name(country: tuple[str, str]) -> str:
    return country[1]


def _days_off(version: CalendarVersion) -> list[tuple[date, str]]:
    """Return the days off of this year and the next from today on, with their names."""
    today = clock.now().date()
    found = {date.fromisoformat(day): str(name) for day, name in version.holidays.items()}
    for year in (today.year, today.year + 1):
        if version.country:
            days = public_holidays(version.country, version.region, year, reader_language())
            found = {**days, **found}
    return sorted((day, name) for day, name in found.items() if today <= day)[:40]


def _typed() -> CalendarFacts:
    form = request.form
    return CalendarFacts(
        name=form.get("name", ""),
        zone=form.get("zone", ""),
        days=tuple(form.get(name, "") for name in DAY_FIELDS),
        country=form.get("country", ""),
        region=form.get("region", "").strip().upper(),
        holidays=form.get("holidays", ""),
        is_default="is_default" in form,
        teams=frozenset(_typed_teams()),
    )


def _typed_teams() -> set[int]:
    typed = map(read_id, request.form.getlist("teams"))
    return {team_id for team_id in typed if team_id is not None}
