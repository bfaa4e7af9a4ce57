"""Pages of badges: for everybody, for who gives them, and for administrators who make them."""

import pytest
from sqlalchemy import select, update

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from reputation.badges.models import Badge, BadgeGrant
from reputation.badges.operations.granting import count_holders
from tests.factories.community import make_answer, make_question, make_user
from tests.queries import counted_queries
from tests.reputation.badges.holding import badge, change_rule, held_by, solve

pytestmark = pytest.mark.usefixtures("app")

FORM = {
    "name_de": "Nachtschicht",
    "name_en": "Night shift",
    "description_de": "Hat nachts geholfen.",
    "description_en": "Helped at night.",
    "icon": "moon",
    "enabled": "1",
}


@pytest.fixture
def admin(client):
    """An administrator's browser."""
    return client.sign_in(make_user("Ada Admin", role="admin"))


def id_of(key: str) -> int:
    with transaction():
        return badge(key).id


def test_everybody_reads_what_badges_there_are_and_how_many_hold_them(client):
    helper = make_user()
    solve(helper)
    held_by(helper)
    with transaction():
        count_holders()
    page = client.get("/badges").text
    assert "Answered somebody else’s question for the first time." in page
    assert '<td class="n" data-label="Holders">1</td>' in page
    assert "You hold it" not in page
    assert client.sign_in(helper).get("/badges").text.count("You hold it") == 3
    german = client.get("/badges", headers={"Accept-Language": "de"}).text
    assert "Erste Lösung" in german or "First solution" in german


def test_the_page_of_a_badge_names_its_holders_newest_first_and_pages_them(client):
    names = [f"Holder {number}" for number in range(23)]
    for name in names:
        make_answer(make_question(), make_user(name))
    run_due_jobs(500)
    address = f"/badges/{id_of('first_answer')}"
    first = client.get(address).text
    assert first.index("Holder 22<") < first.index("Holder 3<")
    assert "Holder 2<" not in first
    [older] = [part.split('"')[0] for part in first.split('href="') if "before=" in part[:60]]
    rest = client.get(older.replace("&amp;", "&")).text
    assert [name for name in names if f">{name}<" in rest] == ["Holder 0", "Holder 1", "Holder 2"]


def test_holders_cost_no_statement_each(client):
    counts = []
    for many in (1, 8):
        for _number in range(many):
            make_answer(make_question())
        run_due_jobs(500)
        with counted_queries() as statements:
            assert client.get(f"/badges/{id_of('first_answer')}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_closed_accounts_stand_on_no_list(client):
    helper = make_user("Gone Greta")
    make_answer(make_question(), helper)
    held_by(helper)
    with transaction():
        db.session.execute(update(User).where(User.id == helper.id).values(active=False))
    assert "Gone Greta" not in client.get(f"/badges/{id_of('first_answer')}").text
    assert client.get(f"/users/{helper.id}/badges").status_code == 404


def test_a_members_badges_are_a_page_and_a_part_of_one(client):
    change_rule("thanks_100", needs={"answers": 1})
    helper = make_user("Hilde Helps")
    for _number in range(3):
        make_answer(make_question(), helper)
    held_by(helper)
    address = f"/users/{helper.id}/badges"
    page = client.get(address).text
    assert "Hilde Helps" in page
    assert "<small>×3</small>" in page
    part = client.get(address, headers={"HX-Request": "true"}).text
    assert "First answer" in part
    assert "<html" not in part
    assert f'hx-get="{address}"' in client.get(f"/users/{helper.id}").text
    assert "No badges yet." in client.get(f"/users/{make_user().id}/badges").text


@pytest.mark.parametrize("address", ["/badges/999", "/users/999/badges", "/admin/badges/999"])
def test_what_is_not_there_is_not_found(admin, address):
    assert admin.get(address).status_code == 404


def test_a_moderator_gives_and_takes_a_badge(client):
    member = make_user("Hilde Helps")
    client.sign_in(make_user(role="moderator"))
    address = f"/badges/{id_of('beyond')}"
    form = {"person": "Hilde Helps", "reason": "Drove to somebody's house."}
    assert client.submit(f"{address}/grants", form).status_code == 303
    page = client.get(address).text
    assert "Drove to somebody&#39;s house." in page
    with transaction():
        grant_id = db.session.scalar(select(BadgeGrant.id))
    refused = client.remove(f"{address}/grants/{grant_id}", {"reason": "no"})
    assert refused.status_code == 422
    assert f'id="reason-{grant_id}-error"' in refused.text
    gone = client.remove(f"{address}/grants/{grant_id}", {"reason": "Mistaken identity"})
    assert gone.status_code == 303
    assert held_by(member) == set()


@pytest.mark.parametrize(
    ("person", "reason", "status", "field"),
    [
        ("Nobody Atall", "Drove to somebody's house.", 422, "person"),
        ("Hilde Helps", "x", 422, "reason"),
        ("Hilde Holds", "Drove to somebody's house.", 409, "person"),
    ],
)
def test_what_cannot_be_given_is_refused_and_kept(client, person, reason, status, field):
    make_user("Hilde Helps")
    helper = make_user("Hilde Holds")
    solve(helper)
    held_by(helper)
    client.sign_in(make_user(role="moderator"))
    form = {"person": person, "reason": reason}
    response = client.submit(f"/badges/{id_of('first_solution')}/grants", form)
    assert response.status_code == status
    assert f'id="{field}-error"' in response.text
    assert f'value="{person}"' in response.text


@pytest.mark.parametrize("role", ["member", "agent", "superuser"])
def test_nobody_else_sees_how_or_may(client, role):
    make_user("Hilde Helps")
    client.sign_in(make_user(role=role))
    address = f"/badges/{id_of('beyond')}"
    assert "Give this badge" not in client.get(address).text
    form = {"person": "Hilde Helps", "reason": "Drove to somebody's house."}
    assert client.submit(f"{address}/grants", form).status_code == 403
    assert client.get("/admin/badges").status_code == 403
    assert client.submit("/admin/badges", {"key": "night", **FORM}).status_code == 403


def test_an_administrator_makes_a_badge_and_members_earn_it(admin):
    helper = make_user()
    make_answer(make_question(), helper)
    held_by(helper)
    form = {"key": "night", "needs_answers": "1", **FORM}
    assert admin.submit("/admin/badges", form).status_code == 303
    assert "night" in held_by(helper)
    assert "Night shift" in admin.get("/badges").text
    with transaction():
        [entry] = db.session.scalars(select(AuditEntry)).all()
        assert (entry.action, entry.after["key"]) == ("badge.made", "night")


def test_a_change_moves_who_holds_it_and_is_recorded_once(admin):
    helper = make_user()
    solve(helper)
    assert "first_solution" in held_by(helper)
    form = {**FORM, "needs_solved": "2"}
    for _time in range(2):
        address = f"/admin/badges/{id_of('first_solution')}"
        assert admin.submit(address, form).status_code == 303
    assert "first_solution" not in held_by(helper)
    with transaction():
        actions = db.session.scalars(select(AuditEntry.action)).all()
        assert actions == ["badge.changed"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Has Spaces"},
        {"key": "first_answer"},
        {"key": ""},
        {"name_de": ""},
        {"description_en": "no"},
        {"icon": "trash"},
        {"needs_solved": "-1"},
        {"needs_days": "1000001"},
    ],
)
def test_what_does_not_fit_is_refused_and_kept(admin, wrong):
    response = admin.submit("/admin/badges", {"key": "night", **FORM, "needs_kudos": "7", **wrong})
    assert response.status_code == 422
    [(field, _typed)] = wrong.items()
    assert f'href="#{field}"' in response.text
    assert 'value="7"' in response.text
    with transaction():
        assert db.session.scalar(select(Badge.id).where(Badge.key == "night")) is None
