"""Pages of SLA policies: made, ordered, changed, removed, and tried out."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db
from community.escalation.sla.models import SlaPolicy
from community.escalation.sla.operations.rules import parse_minutes
from community.escalation.sla.policies import choose_policy
from community.escalation.sla.queries import list_policies
from tests.client import ForumClient
from tests.escalation.sla.scenes import make_case, make_other_calendar, work_office_hours
from tests.factories.community import make_board, make_user

GIVEN = {
    "name": "Mail",
    "channels": ["mail"],
    "normal_first": "2 h",
    "normal_resolution": "16 h",
    "restarts_next": "1",
    "lead_after": "30 min",
    "outside_after": "1,5 h",
}


@pytest.fixture
def admin(client: ForumClient) -> ForumClient:
    """An administrator's browser, freshly verified."""
    return client.sign_in(make_user(role="admin"))


def names() -> list[str]:
    db.session.rollback()
    found = [policy.name for policy in list_policies()]
    db.session.rollback()
    return found


def policy_named(name: str) -> SlaPolicy:
    db.session.rollback()
    wanted = select(SlaPolicy).where(SlaPolicy.name == name)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    db.session.rollback()
    return found


def actions() -> list[str]:
    db.session.rollback()
    found = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    db.session.rollback()
    return [action for action in found if action.startswith("sla_policy.")]


def make(admin: ForumClient, name: str, **given: object) -> SlaPolicy:
    answer = admin.submit("/admin/sla", {**GIVEN, "name": name, **given})
    assert answer.status_code == 303
    return policy_named(name)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("8 h", 480), ("8", 480), ("1.5h", 90), ("1,25 h", 75), ("90 min", 90), ("90m", 90)],
)
def test_times_are_read_as_people_write_them(typed: str, minutes: int) -> None:
    assert parse_minutes(typed) == minutes


@pytest.mark.parametrize("typed", ["", "0", "-1 h", "soon", "8 days", "99999999 h", "0.001 h"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert parse_minutes(typed) is None


def test_a_new_site_has_one_policy_that_fits_every_case(admin: ForumClient) -> None:
    page = admin.get("/admin/sla").text
    assert "Standard" in page
    assert "every case" in page
    assert "always last" in page


def test_a_policy_is_tried_before_the_one_that_fits_all(admin: ForumClient) -> None:
    policy = make(admin, "Mail")
    assert names() == ["Mail", "Standard"]
    assert policy.targets["normal"] == {"first": 120, "resolution": 960}
    assert policy.outside_after_minutes == 90
    facts = make_case()
    assert choose_policy(list_policies(), facts).name == "Standard"
    assert choose_policy(list_policies(), facts._replace(channel="mail")).name == "Mail"


def test_the_first_that_fits_counts(admin: ForumClient) -> None:
    board_id = make_board().id
    make(admin, "One board", channels=[], boards=[str(board_id)])
    make(admin, "Urgent", channels=[], priorities=["urgent"])
    facts = make_case(priority="urgent")._replace(board_id=board_id)
    assert choose_policy(list_policies(), facts).name == "One board"
    second = policy_named("Urgent").id
    admin.submit(f"/admin/sla/{second}/place", {"direction": "up"})
    assert names() == ["Urgent", "One board", "Standard"]
    assert choose_policy(list_policies(), facts).name == "Urgent"
    admin.submit(f"/admin/sla/{second}/place", {"direction": "down"})
    assert names() == ["One board", "Urgent", "Standard"]


def test_the_first_cannot_rise_nor_the_last_sink(admin: ForumClient) -> None:
    policy = make(admin, "Mail")
    for direction in ("up", "down"):
        admin.submit(f"/admin/sla/{policy.id}/place", {"direction": direction})
    assert names() == ["Mail", "Standard"]
    assert actions() == ["sla_policy.made"]


def test_the_last_policy_can_be_neither_removed_nor_moved(admin: ForumClient) -> None:
    last = policy_named("Standard").id
    for path, data in (("retirement", {}), ("place", {"direction": "up"})):
        assert admin.submit(f"/admin/sla/{last}/{path}", data).status_code == 409
    assert names() == ["Standard"]
    assert "Remove this policy" not in admin.get(f"/admin/sla/{last}").text


def test_the_last_policy_takes_no_conditions(admin: ForumClient) -> None:
    last = policy_named("Standard")
    admin.submit(f"/admin/sla/{last.id}", {**GIVEN, "name": "For all"})
    assert policy_named("For all").conditions == {}


def test_a_removed_policy_is_gone_and_its_name_free(admin: ForumClient) -> None:
    policy = make(admin, "Mail")
    for _ in range(2):
        answer = admin.submit(f"/admin/sla/{policy.id}/retirement")
    assert answer.status_code == 404
    assert names() == ["Standard"]
    assert actions() == ["sla_policy.made", "sla_policy.deleted"]
    assert admin.submit("/admin/sla", GIVEN).status_code == 303


def test_saving_without_a_change_makes_no_version(admin: ForumClient) -> None:
    policy = make(admin, "Mail")
    admin.submit(f"/admin/sla/{policy.id}", GIVEN)
    assert policy_named("Mail").version == 1
    admin.submit(f"/admin/sla/{policy.id}", {**GIVEN, "normal_first": "3 h"})
    assert policy_named("Mail").version == 2
    assert actions() == ["sla_policy.made", "sla_policy.changed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Name it"),
        ({"name": "Standard"}, "There is a policy of this name already."),
        ({"channels": []}, "Choose at least one condition"),
        ({"channels": ["pigeon"]}, "Choose at least one condition"),
        ({"normal_first": "soon"}, "Write a time like 8 h or 90 min."),
        ({"lead_after": ""}, "Write a time like 8 h or 90 min."),
        ({"normal_first": "", "normal_resolution": ""}, "A policy has to promise something."),
        ({"high_next": "1 h"}, "Promise a first answer or a solution"),
        ({"alarm_email": "nobody"}, "This is no e-mail address."),
        ({"alarm_url": "http://example.org/"}, "Name an https address"),
        ({"alarm_url": "https://user@example.org/"}, "Name an https address"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    admin: ForumClient, change: dict[str, object], words: str
) -> None:
    given = {**GIVEN, "alarm_email": "duty@example.org", **change}
    answer = admin.submit("/admin/sla", given)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="16 h"' in answer.text or "normal_resolution" in change
    assert names() == ["Standard"]


def test_the_key_of_the_signature_is_shown_where_a_request_goes_out(admin: ForumClient) -> None:
    policy = make(admin, "Mail", alarm_url="https://alarm.example.org/in")
    assert "Key of the signature" in admin.get(f"/admin/sla/{policy.id}").text
    row = [entry for entry in _entries() if entry.action == "sla_policy.made"]
    assert "alarm.example.org" not in str(row[0].after)


def _entries() -> list[AuditEntry]:
    db.session.rollback()
    found = list(db.session.scalars(select(AuditEntry)))
    db.session.rollback()
    return found


def test_the_tester_says_when_something_would_be_due(admin: ForumClient) -> None:
    work_office_hours(country="DE")
    asked = "/admin/sla/due?at=2026-12-23T16:00&priority=high"
    page = admin.get(asked).text
    assert "Standard" in page
    # One hour on Wednesday the 23rd, seven on the 24th, which is none; then holidays and Sunday.
    assert "Thu 24 Dec 2026, 12:00" in page
    assert "Europe/Berlin" in page


def test_the_tester_reckons_by_the_hours_of_the_team(admin: ForumClient) -> None:
    from community.core.db import transaction
    from community.escalation.teams.models import Team

    night = make_other_calendar(days=("0-24",) * 7, zone="Asia/Kathmandu")
    with transaction():
        team = Team(slug="night", names={"en": "Night shift"}, calendar_id=night)
        db.session.add(team)
    page = admin.get(f"/admin/sla/due?at=2026-12-25T22:00&priority=urgent&team={team.id}").text
    assert "Fri 25 Dec 2026, 23:00" in page
    assert "Asia/Kathmandu" in page


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01T00:00", "9999-99-99T99:99"])
def test_the_tester_says_what_is_no_moment(admin: ForumClient, at: str) -> None:
    answer = admin.get(f"/admin/sla/due?at={at}")
    assert answer.status_code == 422
    assert "Write a date and a time." in answer.text


def test_the_tester_takes_nonsense_for_what_comes_first(admin: ForumClient) -> None:
    answer = admin.get("/admin/sla/due?priority=x&team=99999999999&board=-1&language=xx&channel=x")
    assert answer.status_code == 200
