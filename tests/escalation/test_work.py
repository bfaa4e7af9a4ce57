"""Whose a case is, and from one state to the next."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import EventRecord
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.escalation.cases.errors import (
    CaseClosed,
    CaseTaken,
    NotBetweenYou,
    OwnerMissing,
    OwnerUnfit,
    SolutionIncomplete,
    StepNotPossible,
)
from community.escalation.cases.models import (
    ANSWERED_BY_PEERS,
    CLOSED,
    NEW,
    ON_HOLD,
    OPEN,
    PENDING,
    RETURNED,
    SOLVED,
    CaseMessage,
    CaseStep,
    SupportCase,
)
from community.escalation.cases.operations import assigning, states
from community.escalation.cases.operations.forgetting import forget_words
from community.escalation.cases.tasks import close_settled_cases
from community.escalation.teams.models import Team
from community.questions.models import Question
from community.questions.operations.support import was_in_spotlight
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
)
from tests.factories.support import make_agent, make_support_case

SOLUTION = {"outcome": "fixed", "contact_reason": "fault"}


def _state(case: SupportCase) -> str:
    found: SupportCase = reload(case)
    return found.state


def _do(act: Any, *arguments: Any, **values: Any) -> Any:
    with transaction():
        return act(*arguments, **values)


def _taken(agent: Any, case: SupportCase) -> SupportCase:
    return _do(assigning.take_case, agent, case.id)  # type: ignore[no-any-return]


def test_taking_a_case_opens_it_and_is_recorded_once(app: Flask) -> None:
    agent, case = make_agent(), make_support_case(make_question())
    _taken(agent, case)
    _taken(agent, case)
    found = reload(case)
    assert (found.state, found.owner_id) == (OPEN, agent.id)
    entries = select(func.count()).where(AuditEntry.action == "support_case.assigned")
    assert db.session.scalar(entries) == 1
    told = select(func.count()).where(EventRecord.name == "CaseAssigned")
    assert db.session.scalar(told) == 1


def test_what_somebody_took_is_theirs(app: Flask) -> None:
    case = make_support_case(make_question())
    _taken(make_agent(), case)
    with pytest.raises(CaseTaken):
        _taken(make_agent(), case)


def test_of_two_who_take_a_case_one_gets_it(app: Flask, at_once: Any) -> None:
    case = make_support_case(make_question())
    agents = [make_agent() for _ in range(4)]

    def act(agent: Any) -> Any:
        return lambda: _taken(agent, case).owner_id

    found = at_once([act(agent) for agent in agents])
    assert sum(isinstance(one, CaseTaken) for one in found) == 3
    assert reload(case).owner_id in {agent.id for agent in agents}


@pytest.mark.parametrize("role", ["member", "superuser", "moderator"])
def test_who_is_no_agent_takes_no_case(app: Flask, role: str) -> None:
    case = make_support_case(make_question())
    with pytest.raises(NotAllowed):
        _taken(make_user(role=role), case)


def test_agents_of_other_teams_and_askers_take_no_case(app: Flask) -> None:
    with transaction():
        other = Team(slug="other", names={"en": "Other"})
        db.session.add(other)
    stranger = make_agent(team=other)
    asker = make_agent()
    case = make_support_case(make_question(asker))
    for agent in (stranger, asker):
        with pytest.raises(NotAllowed):
            _taken(agent, case)


def test_agents_of_one_board_work_in_their_team(app: Flask) -> None:
    board = make_board()
    case = make_support_case(make_question(board=board))
    agent = make_user(on={board.id: "agent"})
    with pytest.raises(NotAllowed):
        _taken(agent, case)


def test_a_case_is_given_to_members_of_its_team_alone(app: Flask) -> None:
    agent, other = make_agent(), make_agent()
    case = _taken(agent, make_support_case(make_question()))
    with pytest.raises(OwnerUnfit):
        _do(assigning.assign_case, agent, case.id, make_user().id)
    _do(assigning.assign_case, agent, case.id, other.id)
    assert reload(case).owner_id == other.id
    _do(assigning.assign_case, agent, case.id, None)
    assert reload(case).owner_id is None


def test_solving_needs_owner_outcome_and_contact_reason(app: Flask) -> None:
    agent, case = make_agent(), make_support_case(make_question())
    with pytest.raises(OwnerMissing):
        _do(states.solve, agent, case.id, **SOLUTION)
    _taken(agent, case)
    for missing in ({"outcome": ""}, {"contact_reason": "nonsense"}):
        with pytest.raises(SolutionIncomplete):
            _do(states.solve, agent, case.id, **{**SOLUTION, **missing})
    _do(states.solve, agent, case.id, **SOLUTION)
    found = reload(case)
    assert (found.state, found.outcome, found.contact_reason) == (SOLVED, "fixed", "fault")
    question = reload(db.session.get_one(Question, case.question_id))
    assert question.status == "open"


def test_waiting_and_holding_end_when_somebody_goes_on(app: Flask) -> None:
    agent = make_agent()
    case = _taken(agent, make_support_case(make_question()))
    _do(states.wait_for_customer, agent, case.id)
    assert _state(case) == PENDING
    for unfit in ("", "  ", "x" * 501):
        with pytest.raises(ReasonUnfit):
            _do(states.hold, agent, case.id, unfit)
    assert _state(case) == PENDING
    _do(states.hold, agent, case.id, "The network team looks into it")
    assert _state(case) == ON_HOLD
    _do(states.reopen, agent, case.id)
    assert _state(case) == OPEN


def test_a_solved_case_opened_again_is_with_support_again(app: Flask) -> None:
    agent = make_agent()
    case = _taken(agent, make_support_case(make_question()))
    _do(states.solve, agent, case.id, **SOLUTION)
    _do(states.reopen, agent, case.id)
    found = reload(case)
    assert (found.state, found.outcome, found.solved_at) == (OPEN, None, None)
    assert reload(db.session.get_one(Question, case.question_id)).status == "support"


def test_what_was_solved_days_ago_is_closed_for_good(app: Flask) -> None:
    agent = make_agent()
    old, young = (_taken(agent, make_support_case(make_question())) for _ in range(2))
    for case in (old, young):
        _do(states.solve, agent, case.id, **SOLUTION)
    long_ago = clock.now() - timedelta(hours=97)
    _do(
        db.session.execute,
        update(SupportCase).where(SupportCase.id == old.id).values(solved_at=long_ago),
    )
    _do(close_settled_cases)
    _do(close_settled_cases)
    assert (_state(old), _state(young)) == (CLOSED, SOLVED)
    for act in (states.reopen, states.close, states.wait_for_customer, states.close_as_spam):
        with pytest.raises(CaseClosed):
            _do(act, agent, old.id)
    steps = db.session.scalars(
        select(CaseStep.what).where(CaseStep.case_id == old.id).order_by(CaseStep.id)
    ).all()
    assert steps == ["opened", "assigned", "open", "solved", "closed"]


def test_only_what_is_solved_is_closed_by_hand(app: Flask) -> None:
    agent, case = make_agent(), make_support_case(make_question())
    with pytest.raises(StepNotPossible):
        _do(states.close, agent, case.id)
    assert _state(case) == NEW


def test_a_case_handed_back_is_a_question_of_the_community(app: Flask) -> None:
    agent = make_agent()
    case = _taken(agent, make_support_case(make_question()))
    _do(states.return_to_community, agent, case.id)
    _do(states.return_to_community, agent, case.id)
    assert _state(case) == RETURNED
    question = reload(db.session.get_one(Question, case.question_id))
    assert question.status == "open"
    assert was_in_spotlight(question, clock.now())
    told = select(func.count()).where(EventRecord.name == "CaseReturned")
    assert db.session.scalar(told) == 1


def test_what_is_private_is_not_handed_back(app: Flask) -> None:
    agent = make_agent()
    case = _taken(agent, make_support_case())
    with pytest.raises(NotBetweenYou):
        _do(states.return_to_community, agent, case.id)


def test_a_handed_back_case_ends_with_a_solution_of_the_community(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    question = make_question(asker)
    case = _taken(agent, make_support_case(question))
    _do(states.return_to_community, agent, case.id)
    make_acceptance(make_answer(question), asker)
    run_due_jobs()
    found = reload(case)
    assert (found.state, found.outcome) == (CLOSED, ANSWERED_BY_PEERS)


def test_closing_for_the_community_needs_a_solution_of_a_member(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    question = make_question(asker)
    case = _taken(agent, make_support_case(question))
    with pytest.raises(StepNotPossible):
        _do(states.close_answered_by_peers, agent, case.id)
    make_acceptance(make_answer(question, agent), asker)
    with pytest.raises(StepNotPossible):
        _do(states.close_answered_by_peers, agent, case.id)
    make_acceptance(make_answer(question), asker)
    _do(states.close_answered_by_peers, agent, case.id)
    found = reload(case)
    assert (found.state, found.outcome) == (CLOSED, ANSWERED_BY_PEERS)
    assert reload(question).status == "solved"


def test_the_words_of_cases_long_closed_are_forgotten(app: Flask) -> None:
    agent = make_agent()
    old, young = make_support_case(body="old words"), make_support_case(body="young words")
    for case, days in ((old, 1_100), (young, 1_000)):
        _do(states.close_as_spam, agent, case.id)
        closed_at = clock.now() - timedelta(days=days)
        closed = update(SupportCase).where(SupportCase.id == case.id)
        _do(db.session.execute, closed.values(closed_at=closed_at))
    _do(forget_words, timedelta(days=1_095))
    bodies = db.session.scalars(select(CaseMessage.body).order_by(CaseMessage.id)).all()
    assert bodies == ["", "young words"]
    assert (reload(old).subject, reload(young).subject) == ("–", "Something private")
