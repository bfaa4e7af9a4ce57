"""Who works in which team: one rule for lists, single cases, assignment and deadlines."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from community.core.db import db, transaction
from community.core.errors import NotFound
from community.core.worker import run_due_jobs
from community.escalation.cases.errors import OwnerUnfit
from community.escalation.cases.operations.assigning import assign_case, take_case
from community.escalation.cases.queries import desk
from community.escalation.sla.models import SlaClock
from community.escalation.sla.operations.sweep import fire_due_clocks
from community.escalation.teams.models import Team, TeamMember
from community.escalation.teams.queries import count_workers, list_worker_ids, team_ids_of
from community.identity.models import RoleGrant, User
from community.notifications.models import Notification
from tests.factories.community import load_user, make_board, make_user
from tests.factories.support import make_agent, make_other_team, make_support_case, make_team
from tests.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")


def _listed(viewer: User) -> list[int]:
    return [row.case.id for row in desk.page_of_cases(viewer).rows]


def test_all_teams_are_counted_in_one_query_by_the_same_rule() -> None:
    other, lead = make_other_team(), make_user(role="agent")
    make_agent(), make_user(role="agent"), make_agent(team=other), make_agent(active=False)
    with transaction():
        third = Team(slug="third", names={"en": "Third", "de": "Dritte"}, lead_id=lead.id)
        db.session.add(third)
    with counted_queries() as statements:
        counts = count_workers()
    assert len(statements) == 1
    teams = db.session.scalars(select(Team)).all()
    assert len(teams) == 3
    assert counts == {team.id: len(list_worker_ids(team.id)) for team in teams}
    assert counts[other.id] == counts[third.id] == 1


def test_an_agent_in_no_team_works_on_the_cases_of_the_default_one() -> None:
    loose, case = make_user(role="agent"), make_support_case()
    assert _listed(loose) == [case.id]
    assert desk.get_case(loose, case.id).id == case.id
    with transaction():
        take_case(load_user(loose.id), case.id)


def test_an_agent_in_no_team_can_be_given_a_case() -> None:
    member, loose, case = make_agent(), make_user(role="agent"), make_support_case()
    assert {one.id for one in desk.list_colleagues(case)} == {member.id, loose.id}
    with transaction():
        assign_case(load_user(member.id), case.id, loose.id)


def test_an_agent_of_another_team_is_none_of_the_default_one() -> None:
    elsewhere, case = make_agent(team=make_other_team()), make_support_case()
    assert elsewhere.id not in list_worker_ids(case.team_id)
    assert _listed(elsewhere) == []
    with pytest.raises(NotFound):
        desk.get_case(elsewhere, case.id)


def test_who_leads_another_team_is_none_of_the_default_one() -> None:
    lead, team, other = make_user(role="agent"), make_team(), make_other_team()
    with transaction():
        db.session.execute(update(Team).where(Team.id == other.id).values(lead_id=lead.id))
    assert list_worker_ids(team.id) == []
    assert team_ids_of(lead) == {other.id}


@pytest.mark.parametrize("role", ["moderator", "superuser", "member"])
def test_nobody_but_agents_works_in_the_default_team(role: str) -> None:
    person, team = make_user(role=role), make_team()
    assert list_worker_ids(team.id) == []
    assert team_ids_of(person) == frozenset()


def test_an_agent_of_one_board_works_only_where_they_are_a_member() -> None:
    team, board = make_team(), make_board()
    local = make_user(on={board.id: "agent"})
    assert list_worker_ids(team.id) == []
    with transaction():
        db.session.add(TeamMember(team_id=team.id, user_id=local.id))
    assert list_worker_ids(team.id) == [local.id]


def test_who_is_an_agent_no_more_is_given_no_case() -> None:
    agent, former = make_agent(), make_agent()
    case = make_support_case()
    with transaction():
        db.session.execute(delete(RoleGrant).where(RoleGrant.user_id == former.id))
    assert [one.id for one in desk.list_colleagues(case)] == [agent.id]
    with pytest.raises(OwnerUnfit), transaction():
        assign_case(load_user(agent.id), case.id, former.id)


def _told_of_deadlines() -> dict[int, list[str]]:
    rows = db.session.execute(
        select(Notification.user_id, Notification.note)
        .where(Notification.kind == "deadline")
        .order_by(Notification.id)
    ).all()
    told: dict[int, list[str]] = {}
    for user_id, note in rows:
        told.setdefault(user_id, []).append(note)
    return told


def _miss_first_answer(case: Any) -> None:
    first = select(SlaClock).where(SlaClock.case_id == case.id, SlaClock.kind == "first")
    due_at = db.session.scalars(first).one().due_at
    assert due_at is not None
    db.session.rollback()
    with transaction():
        fire_due_clocks(due_at)
    run_due_jobs()


def test_everybody_in_a_team_without_lead_hears_of_a_deadline_nobody_owns(app: Flask) -> None:
    member, loose, case = make_agent(), make_user(role="agent"), make_support_case()
    make_agent(team=make_other_team())
    _miss_first_answer(case)
    assert _told_of_deadlines() == {
        member.id: [f"missed:{case.id}"],
        loose.id: [f"missed:{case.id}"],
    }


def test_with_a_lead_the_others_hear_nothing(app: Flask) -> None:
    lead, _member, case = make_agent(), make_agent(), make_support_case()
    with transaction():
        db.session.execute(update(Team).where(Team.id == case.team_id).values(lead_id=lead.id))
    _miss_first_answer(case)
    assert _told_of_deadlines() == {lead.id: [f"missed:{case.id}"]}
