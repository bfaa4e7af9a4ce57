"""Pages of calendars: made, changed, fed with holidays, and given to teams."""

import io

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db
from community.escalation.calendars.models import Calendar, CalendarVersion
from community.escalation.calendars.queries import get_opening_hours
from community.escalation.teams.models import Team
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.factories.support import make_team

WEEK = {**{f"day_{day}": "9-12, 13:00-17:30" for day in range(5)}, "day_5": "", "day_6": ""}
GIVEN = {"name": "Kathmandu", "zone": "Asia/Kathmandu", **WEEK}


@pytest.fixture
def admin(client: ForumClient) -> ForumClient:
    """An administrator's browser, freshly verified."""
    return client.sign_in(make_user(role="admin"))


def versions(calendar_id: int) -> list[CalendarVersion]:
    db.session.rollback()
    found = select(CalendarVersion).where(CalendarVersion.calendar_id == calendar_id)
    rows = list(db.session.scalars(found.order_by(CalendarVersion.version)))
    db.session.rollback()
    return rows


def calendar_named(name: str) -> Calendar:
    db.session.rollback()
    found = db.session.scalars(
        select(Calendar).where(Calendar.name == name).execution_options(populate_existing=True)
    ).one()
    db.session.rollback()
    return found


def actions() -> list[str]:
    db.session.rollback()
    found = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    db.session.rollback()
    return [action for action in found if action.startswith("calendar.")]


def test_a_new_site_has_office_hours(admin: ForumClient) -> None:
    page = admin.get("/admin/calendars").text
    assert "Office hours" in page
    assert "default" in page


def test_a_calendar_is_made_with_several_spans_a_day(admin: ForumClient) -> None:
    answer = admin.submit("/admin/calendars", GIVEN)
    assert answer.status_code == 303
    made = calendar_named("Kathmandu")
    assert versions(made.id)[0].spans[:2] == [[0, 540, 720], [0, 780, 1050]]
    assert actions() == ["calendar.made"]
    assert 'value="09:00-12:00, 13:00-17:30"' in admin.get(f"/admin/calendars/{made.id}").text


def test_changing_it_makes_a_version_and_saving_it_again_none(admin: ForumClient) -> None:
    admin.submit("/admin/calendars", GIVEN)
    made = calendar_named("Kathmandu")
    path = f"/admin/calendars/{made.id}"
    for _ in range(2):
        admin.submit(path, {**GIVEN, "country": "DE", "region": "by"})
    assert [(one.country, one.region) for one in versions(made.id)] == [("", ""), ("DE", "BY")]
    assert actions() == ["calendar.made", "calendar.changed"]
    assert "Region" in admin.get(path).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Name it"),
        ("name", "Office hours", "There is a calendar of this name already."),
        ("zone", "Europe/Atlantis", "Choose a time zone."),
        ("day_0", "nine to five", "is no hours"),
        ("day_0", "9-17, 16-18", "is no hours"),
        ("day_0", "17-9", "is no hours"),
        ("country", "QQ", "Choose a country."),
        ("region", "NOPE", "This country has no such region."),
        ("holidays", "Christmas", "is no day"),
        ("holidays", "2026-02-30 Never", "is no day"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    admin: ForumClient, field: str, value: str, words: str
) -> None:
    given = {**GIVEN, "country": "DE", field: value}
    answer = admin.submit("/admin/calendars", given)
    assert answer.status_code == 422
    assert words in answer.text
    if field != "name":
        assert 'value="Kathmandu"' in answer.text


def test_a_calendar_without_an_hour_is_refused(admin: ForumClient) -> None:
    given = {**GIVEN, **{f"day_{day}": "" for day in range(7)}}
    answer = admin.submit("/admin/calendars", given)
    assert answer.status_code == 422
    assert "Nobody would ever work" in answer.text


def test_days_of_a_file_become_holidays_once(admin: ForumClient) -> None:
    calendar_id = calendar_named("Office hours").id
    path = f"/admin/calendars/{calendar_id}"
    raw = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
        b"DTSTART;VALUE=DATE:20201224\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Works outing\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for _ in range(2):
        admin.submit(f"{path}/holidays", {"file": (io.BytesIO(raw), "days.ics")})
    assert len(versions(calendar_id)) == 2
    assert set(versions(calendar_id)[1].holidays.values()) == {"Works outing"}
    assert "Works outing" in admin.get(path).text


def test_a_file_without_days_is_refused(admin: ForumClient) -> None:
    path = f"/admin/calendars/{calendar_named('Office hours').id}"
    upload = {"file": (io.BytesIO(b"no calendar"), "days.ics")}
    answer = admin.submit(f"{path}/holidays", upload)
    assert answer.status_code == 422
    assert "No days could be read from this file." in answer.text
    assert 'value="Office hours"' in answer.text


def test_a_team_works_by_the_calendar_it_is_given(admin: ForumClient) -> None:
    team = make_team()
    given = {**GIVEN, "teams": [str(team.id)]}
    admin.submit("/admin/calendars", given)
    made = calendar_named("Kathmandu")
    assert calendar_of(team.id) == made.id
    assert get_opening_hours(made.id).zone.key == "Asia/Kathmandu"
    db.session.rollback()
    admin.submit(f"/admin/calendars/{made.id}", GIVEN)
    assert calendar_of(team.id) is None


def calendar_of(team_id: int) -> int | None:
    db.session.rollback()
    found = db.session.scalar(select(Team.calendar_id).where(Team.id == team_id))
    db.session.rollback()
    return found


def test_another_calendar_becomes_the_default_one(admin: ForumClient) -> None:
    given = {**GIVEN, "is_default": "1"}
    admin.submit("/admin/calendars", given)
    assert calendar_named("Kathmandu").is_default
    assert not calendar_named("Office hours").is_default


@pytest.mark.parametrize("role", ["member", "agent", "moderator"])
def test_nobody_else_gets_in(client: ForumClient, role: str) -> None:
    client.sign_in(make_user(role=role))
    for path in ("/admin/calendars", "/admin/calendars/new", "/admin/sla", "/admin/sla/due"):
        assert client.get(path).status_code == 403, path
