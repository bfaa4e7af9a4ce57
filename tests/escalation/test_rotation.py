"""New cases given in turn: to who is there, speaks the language, knows the topic, has least."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, forget_changes, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.escalation.cases.models import CaseStep, SupportCase
from community.escalation.cases.operations import messages, states
from community.escalation.cases.operations.assigning import assign_case
from community.escalation.cases.operations.rotation import offer_waiting_cases, rotate_case
from community.escalation.teams.errors import TeamChanged
from community.escalation.teams.models import DeskAgent, Team
from community.escalation.teams.operations import AgentFacts, change_agent, set_absence
from community.identity.models import User
from community.notifications.models import Notification
from tests.client import ForumClient
from tests.factories.community import load_user, make_board, make_question, make_user, reload
from tests.factories.support import make_agent, make_support_case, make_team
from tests.parallel import Act

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _in_turn(app: Flask) -> None:
    team = make_team()
    with transaction():
        db.session.execute(update(Team).where(Team.id == team.id).values(rotates=True))


def _say(agent: User, *, version: int = 1, **given: Any) -> None:
    facts = {"capacity": 10, "languages": [], "boards": [], "tags": [], **given}
    with transaction():
        change_agent(make_admin(), agent.id, AgentFacts(**facts), version=version)


def make_admin() -> User:
    return make_user(role="admin")


def _come(**values: Any) -> SupportCase:
    case = make_support_case(**values)
    run_due_jobs()
    return reload(case)  # type: ignore[no-any-return]


def _away(agent: User, until: datetime | None) -> None:
    with transaction():
        set_absence(agent.id, until)


def _tomorrow() -> datetime:
    return clock.now() + timedelta(days=1)


def test_cases_go_in_turn_to_who_has_least() -> None:
    first, second = make_agent(), make_agent()
    owners = [_come().owner_id for _ in range(4)]
    assert owners == [first.id, second.id, first.id, second.id]


def test_a_team_that_does_not_want_it_gives_nothing() -> None:
    make_agent()
    with transaction():
        db.session.execute(update(Team).values(rotates=False))
    assert _come().owner_id is None


def test_nobody_is_given_more_than_they_take() -> None:
    agent = make_agent()
    _say(agent, capacity=2)
    assert [_come().owner_id for _ in range(3)] == [agent.id, agent.id, None]


def test_an_agent_of_no_team_gets_the_default_teams_cases() -> None:
    loose = make_user(role="agent")
    assert _come().owner_id == loose.id


def test_nobody_gets_their_own_case() -> None:
    agent = make_agent()
    assert _come(requester=agent).owner_id is None


def test_who_does_not_speak_the_language_is_passed_over() -> None:
    german, english = make_agent(), make_agent()
    _say(german, languages=["de"])
    _say(english, languages=["en"])
    assert _come(language="en").owner_id == english.id
    assert _come(language="de").owner_id == german.id


def test_boards_and_tags_say_what_somebody_gets() -> None:
    bills, esim = make_agent(), make_agent()
    board, other = make_board(), make_board()
    _say(bills, boards=[board.id])
    _say(esim, tags=["esim"])
    assert _come(question=make_question(board=board)).owner_id == bills.id
    assert _come(question=make_question(board=other, tags="esim")).owner_id == esim.id
    assert _come(question=make_question(board=other)).owner_id is None


def test_who_is_away_gets_nothing_until_they_are_back() -> None:
    agent = make_agent()
    _away(agent, _tomorrow())
    assert _come().owner_id is None
    _away(agent, None)
    assert _come().owner_id == agent.id


def test_a_case_goes_back_when_its_customer_writes_to_somebody_who_is_away() -> None:
    asker, agent = make_user(), make_agent()
    case = _come(requester=asker)
    _away(agent, _tomorrow())
    with transaction():
        messages.receive_message(case.id, from_user=load_user(asker.id), body="Hello?")
    run_due_jobs()
    assert reload(case).owner_id is None
    steps = select(CaseStep.what, CaseStep.owner_id).where(CaseStep.case_id == case.id)
    assert tuple(db.session.execute(steps.order_by(CaseStep.id)).all()[-1]) == ("assigned", None)


def test_a_case_that_goes_back_is_given_to_who_is_there() -> None:
    asker, agent = make_user(), make_agent()
    case = _come(requester=asker)
    colleague = make_agent()
    _away(agent, _tomorrow())
    with transaction():
        messages.receive_message(case.id, from_user=load_user(asker.id), body="Hello?")
    run_due_jobs()
    assert reload(case).owner_id == colleague.id


def _offer() -> None:
    with transaction():
        offer_waiting_cases()
    run_due_jobs()


def _solve(agent: User, case: SupportCase) -> None:
    with transaction():
        states.solve(load_user(agent.id), case.id, outcome="answered", contact_reason="how_to")


def _give_back(agent: User, case: SupportCase) -> None:
    with transaction():
        assign_case(load_user(agent.id), case.id, None)


def _raise_capacity(agent: User, case: SupportCase) -> None:
    _say(agent, capacity=2, version=2)


def _welcome_colleague(agent: User, case: SupportCase) -> None:
    make_agent()


@pytest.mark.parametrize("free", [_solve, _give_back, _raise_capacity, _welcome_colleague])
def test_a_case_that_found_nobody_is_offered_again_once_somebody_is_free(
    free: Callable[[User, SupportCase], None],
) -> None:
    agent = make_agent()
    _say(agent, capacity=1)
    taken, waiting = _come(), _come()
    assert waiting.owner_id is None
    _offer()
    assert reload(waiting).owner_id is None
    free(agent, taken)
    _offer()
    assert reload(waiting).owner_id is not None
    assert reload(waiting).unplaced_at is None


def test_who_comes_back_is_offered_what_waited() -> None:
    agent = make_agent()
    _away(agent, _tomorrow())
    waiting = _come()
    _offer()
    assert reload(waiting).owner_id is None
    # Nobody says that the time is over: it just passes.
    with transaction():
        past = clock.now() - timedelta(seconds=1)
        db.session.execute(update(DeskAgent).values(away_until=past))
    _offer()
    assert reload(waiting).owner_id == agent.id


def test_what_somebody_gave_back_is_not_forced_upon_them_again() -> None:
    agent = make_agent()
    case = _come()
    _give_back(agent, case)
    _offer()
    assert reload(case).owner_id is None


def test_of_those_that_wait_the_most_pressing_is_offered_first() -> None:
    agent = make_agent()
    _say(agent, capacity=0)
    early, urgent = _come(), _come(priority="urgent")
    _say(agent, capacity=1, version=2)
    _offer()
    assert [reload(one).owner_id for one in (early, urgent)] == [None, agent.id]


def test_a_case_whose_language_nobody_speaks_does_not_keep_others_waiting() -> None:
    agent = make_agent()
    _say(agent, capacity=0, languages=["en"])
    german, english = _come(language="de"), _come(language="en")
    _say(agent, capacity=1, languages=["en"], version=2)
    _offer()
    assert [reload(one).owner_id for one in (german, english)] == [None, agent.id]


def test_two_workers_that_offer_at_once_give_no_more_than_somebody_takes(
    at_once: Callable[[list[Act]], list[Any]],
) -> None:
    agent = make_agent()
    _say(agent, capacity=0)
    for _ in range(6):
        _come()
    _say(agent, capacity=2, version=2)
    at_once([_offer] * 3)
    _offer()
    forget_changes()
    counted = select(SupportCase.owner_id, func.count()).group_by(SupportCase.owner_id)
    assert {row[0]: row[1] for row in db.session.execute(counted)} == {agent.id: 2, None: 4}


@pytest.mark.parametrize("who", ["colleague", "lead", "team"])
def test_while_the_owner_is_away_somebody_who_is_there_hears_of_the_customer(who: str) -> None:
    asker, agent = make_user(), make_agent()
    case = _come(requester=asker)
    other = make_agent()
    if who != "colleague":
        _say(other, capacity=0)
    if who == "lead":
        with transaction():
            db.session.execute(update(Team).values(lead_id=other.id))
    _away(agent, _tomorrow())
    with transaction():
        messages.receive_message(case.id, from_user=load_user(asker.id), body="Hello?")
    run_due_jobs()
    assert reload(case).owner_id == (other.id if who == "colleague" else None)
    heard = select(func.count()).where(
        Notification.user_id == other.id, Notification.kind == "customer"
    )
    assert db.session.scalar(heard) == 1


def test_many_workers_at_once_never_give_more_than_somebody_takes(
    at_once: Callable[[list[Act]], list[Any]],
) -> None:
    agents = [make_agent(), make_agent()]
    for agent in agents:
        _say(agent, capacity=2)
    with transaction():
        db.session.execute(update(Team).values(rotates=False))
    cases = [_come().id for _ in range(8)]
    with transaction():
        db.session.execute(update(Team).values(rotates=True))

    def give(case_id: int) -> Act:
        def act() -> None:
            with transaction():
                rotate_case(case_id)

        return act

    at_once([give(case_id) for case_id in cases])
    forget_changes()
    counted = select(SupportCase.owner_id, func.count()).group_by(SupportCase.owner_id)
    held = {row[0]: row[1] for row in db.session.execute(counted)}
    assert held == {agents[0].id: 2, agents[1].id: 2, None: 4}


def test_what_is_said_of_an_agent_is_audited_once_and_guarded() -> None:
    agent = make_agent()
    _say(agent, capacity=3)
    _say(agent, capacity=3, version=2)
    with pytest.raises(TeamChanged):
        _say(agent, capacity=4, version=1)
    facts = AgentFacts(capacity=1, languages=[], boards=[], tags=[])
    with pytest.raises(NotAllowed), transaction():
        change_agent(load_user(agent.id), agent.id, facts, version=2)
    forget_changes()
    found = select(func.count()).where(AuditEntry.action == "agent.changed")
    assert db.session.scalar(found) == 1


def test_pages_keep_what_an_agent_takes_and_refuse_what_cannot_be(client: ForumClient) -> None:
    agent = make_agent()
    client.sign_in(make_admin())
    page = f"/admin/agents/{agent.id}"
    form = {"capacity": "4", "languages": "de", "tags": "esim", "version": "1"}
    assert client.submit(page, form).status_code == 303
    assert 'value="esim"' in client.get(page).text
    for wrong in ({"capacity": "101"}, {"languages": "xx"}, {"boards": "999"}, {"tags": "?"}):
        refused = client.submit(page, {**form, "version": "2", **wrong})
        assert refused.status_code == 422, wrong
    assert client.submit(page, {**form, "capacity": "5"}).status_code == 409
    forget_changes()
    assert db.session.get_one(DeskAgent, agent.id).capacity == 4
    assert client.get(f"/admin/agents/{make_user().id}").status_code == 404


def test_an_agent_says_until_when_they_are_away(client: ForumClient) -> None:
    agent = make_agent()
    client.sign_in(agent)
    for wrong in ("", "soon", "2020-01-01", "9999-12-31"):
        refused = client.submit("/desk/absence", {"back_on": wrong})
        assert refused.status_code == 422, wrong
        assert "Choose a day after today, within a year." in refused.text
    day = (clock.now() + timedelta(days=7)).date().isoformat()
    assert client.submit("/desk/absence", {"back_on": day}).status_code == 303
    assert "You are away until:" in client.get("/desk").text
    assert client.remove("/desk/absence").status_code == 303
    assert "You are away until:" not in client.get("/desk").text
