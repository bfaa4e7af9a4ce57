"""Pages of teams: made, changed, filled, and never taken away from under open cases."""

from typing import Any

import pytest
from sqlalchemy import delete, select

from community.core.audit import AuditEntry
from community.core.db import db, forget_changes, transaction
from community.core.errors import NotAllowed
from community.escalation.teams.errors import UnfitTeam
from community.escalation.teams.models import DEFAULT_SLUG, Team, TeamMember
from community.escalation.teams.operations import TeamFacts, make_team, team_for
from community.escalation.teams.queries import board_teams, list_worker_ids
from community.identity.models import RoleGrant
from tests.client import ForumClient
from tests.factories.community import make_board, make_user
from tests.factories.support import make_agent, make_support_case
from tests.factories.support import make_team as make_default_team

NAMES = {"name_de": "Rechnungen", "name_en": "Bills"}


@pytest.fixture
def admin(client: ForumClient) -> ForumClient:
    """An administrator's browser, freshly verified."""
    return client.sign_in(make_user(role="admin"))


def _teams() -> list[Team]:
    forget_changes()
    found = list(
        db.session.scalars(select(Team).order_by(Team.id).execution_options(populate_existing=True))
    )
    forget_changes()
    return found


def _workers(team: Team) -> list[int]:
    forget_changes()
    return list(list_worker_ids(team.id))


def _boards() -> dict[int, int]:
    forget_changes()
    return dict(board_teams())


def _actions() -> list[str]:
    forget_changes()
    found = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    return [action for action in found if action.startswith("team.")]


def _made(admin: ForumClient, **fields: Any) -> Team:
    answer = admin.submit("/admin/teams", {**NAMES, **fields})
    assert answer.status_code == 303, answer.text
    return _teams()[-1]


def test_a_new_site_says_who_works_on_the_first_case(admin: ForumClient) -> None:
    assert "The default team comes with the first case." in admin.get("/admin/teams").text


def test_a_team_is_made_with_its_lead_and_boards(admin: ForumClient) -> None:
    lead, board, other = make_agent("Lena Lead"), make_board(), make_board()
    team = _made(admin, lead=lead.id, boards=board.id)
    assert (team.names, team.lead_id) == ({"de": "Rechnungen", "en": "Bills"}, lead.id)
    assert _boards() == {board.id: team.id}
    assert team_for(other.id).slug == DEFAULT_SLUG
    page = admin.get("/admin/teams").text
    assert "Bills" in page
    assert "Lena Lead" in page
    assert _actions() == ["team.made"]


def test_cases_of_its_boards_go_to_a_team(admin: ForumClient) -> None:
    board = make_board()
    team = _made(admin, boards=board.id)
    assert make_support_case(board_id=board.id).team_id == team.id
    assert make_support_case().team_id != team.id


def test_a_board_belongs_to_the_team_that_took_it_last(admin: ForumClient) -> None:
    board = make_board()
    first = _made(admin, boards=board.id)
    second = _made(admin, boards=board.id)
    assert _boards() == {board.id: second.id}
    # Whoever had the first team's page open does not take the board back unknowingly.
    form = {**NAMES, "boards": board.id, "version": first.version}
    assert admin.submit(f"/admin/teams/{first.id}", form).status_code == 409
    assert _boards() == {board.id: second.id}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name_en": "x"}, "Enter a name of 2 to 40 characters."),
        ({"lead": "999999"}, "Choose somebody who is an agent."),
        ({"lead": "nobody"}, "Choose somebody who is an agent."),
        ({"boards": "999999"}, "Choose boards that there are."),
    ],
)
def test_a_team_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    admin: ForumClient, fields: dict[str, str], said: str
) -> None:
    answer = admin.submit("/admin/teams", {**NAMES, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Rechnungen" in answer.text
    assert _teams() == []


def test_a_member_without_the_role_leads_no_team(admin: ForumClient) -> None:
    answer = admin.submit("/admin/teams", {**NAMES, "lead": make_user(role="moderator").id})
    assert answer.status_code == 422


def test_fields_nobody_asked_for_are_refused(admin: ForumClient) -> None:
    assert admin.submit("/admin/teams", {**NAMES, "slug": "support"}).status_code == 422
    assert _teams() == []


def test_a_team_is_changed_once(admin: ForumClient) -> None:
    team = _made(admin)
    form = {"name_de": "Rechnung", "name_en": "Billing", "lead": "", "version": team.version}
    assert admin.submit(f"/admin/teams/{team.id}", form).status_code == 303
    changed = _teams()[-1]
    assert (changed.names["en"], changed.version) == ("Billing", 2)
    again = {**form, "version": changed.version}
    assert admin.submit(f"/admin/teams/{team.id}", again).status_code == 303
    assert _actions() == ["team.made", "team.changed"]


def test_of_two_who_change_a_team_the_second_is_told(admin: ForumClient) -> None:
    team = _made(admin)
    seen = {"lead": "", "version": team.version}
    first = {"name_de": "Eins", "name_en": "First", **seen}
    second = {"name_de": "Zwei", "name_en": "Second", **seen}
    assert admin.submit(f"/admin/teams/{team.id}", first).status_code == 303
    answer = admin.submit(f"/admin/teams/{team.id}", second)
    assert answer.status_code == 409
    assert "Somebody changed this team meanwhile." in answer.text
    assert "Zwei" in answer.text
    assert _teams()[-1].names["en"] == "First"


def test_agents_are_added_and_taken_out(admin: ForumClient) -> None:
    team, agent = _made(admin), make_user("Ada Agent", role="agent")
    members = f"/admin/teams/{team.id}/members"
    for _ in range(2):
        assert admin.submit(members, {"person": agent.id}).status_code == 303
    assert _workers(team) == [agent.id]
    assert "Take out: Ada Agent" in admin.get(f"/admin/teams/{team.id}").text
    for _ in range(2):
        assert admin.remove(f"{members}/{agent.id}").status_code == 303
    assert _workers(team) == []
    assert _actions() == ["team.made", "team.joined", "team.left"]


@pytest.mark.parametrize("role", ["member", "superuser", "moderator"])
def test_nobody_but_agents_is_added(admin: ForumClient, role: str) -> None:
    team = _made(admin)
    answer = admin.submit(f"/admin/teams/{team.id}/members", {"person": make_user(role=role).id})
    assert answer.status_code == 422
    assert "Choose somebody who is an agent." in answer.text
    assert db.session.scalar(select(TeamMember.id)) is None


def test_the_last_of_a_team_with_open_cases_stays(admin: ForumClient) -> None:
    board = make_board()
    team, agent = _made(admin, boards=board.id), make_user(role="agent")
    admin.submit(f"/admin/teams/{team.id}/members", {"person": agent.id})
    make_support_case(board_id=board.id)
    answer = admin.remove(f"/admin/teams/{team.id}/members/{agent.id}")
    assert answer.status_code == 409
    assert "Add somebody first." in answer.text
    assert _workers(team) == [agent.id]


def test_an_agent_taken_out_of_the_default_team_still_works_in_it(admin: ForumClient) -> None:
    team, agent = make_default_team(), make_agent()
    make_support_case()
    assert admin.remove(f"/admin/teams/{team.id}/members/{agent.id}").status_code == 303
    assert _workers(team) == [agent.id]


def test_a_team_that_never_had_a_case_is_deleted(admin: ForumClient) -> None:
    board, agent = make_board(), make_agent()
    team = _made(admin, boards=board.id)
    admin.submit(f"/admin/teams/{team.id}/members", {"person": agent.id})
    for _ in range(2):
        assert admin.remove(f"/admin/teams/{team.id}").status_code == 303
    assert [one.slug for one in _teams()] == [DEFAULT_SLUG]
    assert _boards() == {}
    assert _actions()[-2:] == ["team.left", "team.deleted"]


def test_a_team_with_cases_does_not_vanish(admin: ForumClient) -> None:
    board = make_board()
    team = _made(admin, boards=board.id)
    make_support_case(board_id=board.id)
    answer = admin.remove(f"/admin/teams/{team.id}")
    assert answer.status_code == 409
    assert "Cases belong to this team." in answer.text
    assert team.id in {one.id for one in _teams()}


def test_the_default_team_does_not_vanish(admin: ForumClient) -> None:
    team = make_default_team()
    answer = admin.remove(f"/admin/teams/{team.id}")
    assert answer.status_code == 409
    assert "It cannot be deleted." in answer.text


def test_former_agents_are_shown_no_more(admin: ForumClient) -> None:
    team, agent = _made(admin), make_user("Gone Agent", role="agent")
    admin.submit(f"/admin/teams/{team.id}/members", {"person": agent.id})
    with transaction():
        db.session.execute(delete(RoleGrant).where(RoleGrant.user_id == agent.id))
    assert "Gone Agent" not in admin.get(f"/admin/teams/{team.id}").text


def test_a_team_nobody_has_is_not_found(admin: ForumClient) -> None:
    assert admin.get("/admin/teams/999").status_code == 404
    assert admin.submit("/admin/teams/999", {**NAMES, "version": 1}).status_code == 404
    assert admin.submit("/admin/teams/999/members", {"person": 1}).status_code == 404


@pytest.mark.parametrize("role", ["member", "moderator", "agent"])
def test_teams_are_for_administrators_alone(client: ForumClient, role: str) -> None:
    client.sign_in(make_user(role=role))
    for path in ("/admin/teams", "/admin/teams/new", f"/admin/teams/{make_default_team().id}"):
        assert client.get(path).status_code == 403, path
    with pytest.raises(NotAllowed), transaction():
        make_team(make_user(role=role), TeamFacts(names={"de": "Neu", "en": "New"}))


def test_a_team_needs_its_names_in_each_language(client: ForumClient) -> None:
    with pytest.raises(UnfitTeam) as refused, transaction():
        make_team(make_user(role="admin"), TeamFacts(names={"en": "Bills"}))
    assert set(refused.value.errors) == {"name_de"}
