"""Ranks on pages: beside names, on the ladder's own page, and for administrators to change."""

import pytest
from sqlalchemy import func, select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from reputation.ranks.models import Rank
from tests.factories.community import make_answer, make_question, make_user
from tests.queries import counted_queries
from tests.reputation.ranks.climbing import bring_along, level_of

pytestmark = pytest.mark.usefixtures("app")

NAMES = {"name_de": "Stammgast", "name_en": "Regular"}


@pytest.fixture
def regular() -> User:
    """A member of the first rank."""
    member = make_user("Rita Regular")
    bring_along(member, 250)
    return member


@pytest.fixture
def admin(client):
    """An administrator's browser."""
    return client.sign_in(make_user(role="admin"))


@pytest.mark.parametrize(("language", "name"), [("en", "Regular ·"), ("de", "Stammgast ·")])
def test_it_stands_beside_authors_and_on_the_profile(client, regular, language, name):
    question = make_question(regular)
    answer = make_answer(make_question(), regular)
    speaking = {"Accept-Language": language}
    for address in (
        f"/questions/{question.id}",
        f"/questions/{answer.root_id}",
        f"/users/{regular.id}",
    ):
        page = client.get(address, headers=speaking, follow_redirects=True).text
        assert name in page, address
        assert "#i-metoo" in page


def test_newcomers_the_team_and_who_has_gone_carry_none(client, regular):
    answer = make_answer(make_question())
    agent = make_user("Ada Agent", role="agent")
    bring_along(agent, 20_000)
    assert level_of(agent) > 0
    for user_id in (answer.author_id, agent.id):
        page = client.get(f"/users/{user_id}").text
        assert "New on board" not in page
        assert " · Member since" not in page


def test_ranks_cost_no_statement_however_many_names_there_are(client, regular):
    question = make_question(regular)
    counts = []
    for many in (1, 6):
        for number in range(many):
            member = make_user()
            bring_along(member, 100 + number)
            make_answer(question, member)
        with counted_queries() as statements:
            page = client.get(f"/questions/{question.id}", follow_redirects=True).text
        assert page.count("Regular ·") >= many
        assert not [statement for statement in statements if "FROM ranks" in statement]
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_everybody_reads_the_ladder(client):
    page = client.get("/ranks").text
    assert "North Star" in page
    assert "1,500 points and 10 different people helped and 25 accepted answers or 75 kudos" in page
    assert "Your rank" not in page
    german = client.get("/ranks", headers={"Accept-Language": "de"}).text
    assert "Polarstern" in german
    assert "1.500 Punkte und 10 verschiedene Menschen" in german


def test_members_read_what_the_next_rank_takes(client, regular):
    page = client.sign_in(regular).get("/ranks").text
    assert "Your rank" in page
    assert "Next: Helping hand. Still missing: 250 points and 5 accepted answers or 20" in page


def test_an_administrator_changes_a_rank_and_members_follow(admin, regular):
    form = {"name_de": "Nachbar", "name_en": "Neighbour", "needs_points": "300"}
    assert admin.submit("/admin/ranks/1", form).status_code == 303
    assert level_of(regular) == 0
    assert "Neighbour" in admin.get("/ranks").text
    admin.submit("/admin/ranks/1", {**form, "needs_points": "", "one_of_days": "50"})
    assert level_of(regular) == 1
    assert "Neighbour · " in admin.get(f"/users/{regular.id}").text


def test_each_change_is_recorded_once(admin):
    form = {**NAMES, "needs_points": "300"}
    for _time in range(2):
        admin.submit("/admin/ranks/1", form)
    with transaction():
        [entry] = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "rank.changed")
        ).all()
        assert (entry.subject_type, entry.subject_id) == ("rank", 1)
        assert entry.before["needs"] == {"points": 100}
        assert entry.after["needs"] == {"points": 300}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_en": "x"},
        {"name_de": ""},
        {"needs_points": "-5"},
        {"one_of_kudos": "many"},
        {"needs_days": "1000001"},
    ],
)
def test_what_does_not_fit_is_refused_and_kept(admin, wrong):
    response = admin.submit("/admin/ranks/1", {**NAMES, "needs_solved": "7", **wrong})
    assert response.status_code == 422
    assert 'value="7"' in response.text
    [(field, _typed)] = wrong.items()
    assert f'id="{field}-error"' in response.text
    with transaction():
        assert db.session.get_one(Rank, 1).needs == {"points": 100}
        assert not db.session.scalar(select(func.count(AuditEntry.id)))


def test_fields_nobody_asked_for_are_refused(admin):
    assert admin.submit("/admin/ranks/1", {**NAMES, "level": "0"}).status_code == 422


def test_the_foot_of_the_ladder_takes_nothing(admin):
    form = {"name_de": "Anfang", "name_en": "Start", "needs_points": "5"}
    admin.submit("/admin/ranks/0", form)
    run_due_jobs()
    with transaction():
        foot = db.session.get_one(Rank, 0)
        assert (foot.names["en"], foot.needs) == ("Start", {})


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_nobody_else_may(client, role):
    client.sign_in(make_user(role=role))
    assert client.get("/admin/ranks").status_code == 403
    assert client.submit("/admin/ranks/1", NAMES).status_code == 403


def test_a_rank_that_is_not_there_is_not_found(admin):
    assert admin.get("/admin/ranks/99").status_code == 404
