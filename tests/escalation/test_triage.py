"""How pressing a case is and whose team's, changed by hand or by a moved question."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, forget_changes, transaction
from community.core.errors import Invalid, NotAllowed
from community.core.worker import run_due_jobs
from community.escalation.cases.errors import CaseClosed
from community.escalation.cases.models import CaseMessage, CaseStep, SupportCase
from community.escalation.cases.operations import assigning, messages, states, triage
from community.escalation.cases.queries import talk
from community.escalation.sla.models import SlaClock, SlaEvent
from community.escalation.teams.models import Team, TeamBoard, TeamMember
from community.identity.models import User
from community.notifications.models import Notification
from community.questions.models import Question
from community.questions.operations.placing import move_question
from tests.client import ForumClient
from tests.factories.community import load_user, make_board, make_question, make_user, reload
from tests.factories.support import make_agent, make_other_team, make_support_case

pytestmark = pytest.mark.usefixtures("app")


def _do(act: Any, actor: User, *given: Any) -> Any:
    with transaction():
        return act(load_user(actor.id), *given)


def _steps(case: SupportCase) -> list[str]:
    forget_changes()
    mine = select(CaseStep.what).where(CaseStep.case_id == case.id).order_by(CaseStep.id)
    return list(db.session.scalars(mine))


def _audited(case: SupportCase) -> list[str]:
    forget_changes()
    mine = (AuditEntry.subject_type == "support_case", AuditEntry.subject_id == case.id)
    return list(db.session.scalars(select(AuditEntry.action).where(*mine).order_by(AuditEntry.id)))


def _clocks(case: SupportCase) -> dict[str, SlaClock]:
    forget_changes()
    mine = select(SlaClock).where(SlaClock.case_id == case.id, SlaClock.ended_at.is_(None))
    return {clock.kind: clock for clock in db.session.scalars(mine)}


def _notes(case: SupportCase) -> list[str]:
    forget_changes()
    mine = (CaseMessage.case_id == case.id, CaseMessage.kind == "internal")
    return list(db.session.scalars(select(CaseMessage.body).where(*mine).order_by(CaseMessage.id)))


def test_another_priority_is_a_step_and_moves_the_deadlines() -> None:
    agent, case = make_agent(), make_support_case()
    before = _clocks(case)["first"].due_at
    for _ in range(2):
        _do(triage.set_priority, agent, case.id, "urgent")
    assert reload(case).priority == "urgent"
    assert _steps(case) == ["opened", "priority_urgent"]
    assert _audited(case)[1:] == ["support_case.prioritised"]
    after = _clocks(case)["first"]
    assert before is not None
    assert after.due_at is not None
    assert after.due_at < before
    why = select(SlaEvent.reason).where(SlaEvent.case_id == case.id, SlaEvent.what == "recomputed")
    assert "priority" in db.session.scalars(why).first().split()  # type: ignore[union-attr]


def test_a_priority_nobody_knows_is_refused() -> None:
    agent, case = make_agent(), make_support_case()
    with pytest.raises(Invalid):
        _do(triage.set_priority, agent, case.id, "at once")


def test_a_closed_case_keeps_priority_and_team() -> None:
    agent, case, other = make_agent(), make_support_case(), make_other_team()
    _do(states.close_as_spam, agent, case.id)
    with pytest.raises(CaseClosed):
        _do(triage.set_priority, agent, case.id, "low")
    with pytest.raises(CaseClosed):
        _do(triage.hand_over, agent, case.id, other.id, "Yours.")


@pytest.mark.parametrize("role", ["member", "moderator", "superuser"])
def test_who_is_no_agent_changes_neither(role: str) -> None:
    case, other = make_support_case(), make_other_team()
    with pytest.raises(NotAllowed):
        _do(triage.set_priority, make_user(role=role), case.id, "low")
    with pytest.raises(NotAllowed):
        _do(triage.hand_over, make_user(role=role), case.id, other.id, "Yours.")


def test_a_case_is_handed_over_with_a_reason_and_loses_an_owner_who_is_not_there() -> None:
    agent, case, other = make_agent(), make_support_case(), make_other_team()
    _do(assigning.take_case, agent, case.id)
    _do(triage.hand_over, agent, case.id, other.id, "It is about a bill.")
    handed = reload(case)
    assert (handed.team_id, handed.owner_id) == (other.id, None)
    assert _notes(case) == ["It is about a bill."]
    assert _steps(case)[-2:] == ["assigned", "team"]
    assert _audited(case)[-1] == "support_case.handed_over"
    assert {clock.team_id for clock in _clocks(case).values()} == {other.id}


def test_an_owner_who_works_in_both_teams_keeps_the_case() -> None:
    agent, case, other = make_agent(), make_support_case(), make_other_team()
    with transaction():
        db.session.add(TeamMember(team_id=other.id, user_id=agent.id))
    _do(assigning.take_case, agent, case.id)
    _do(triage.hand_over, agent, case.id, other.id, "It is about a bill.")
    assert reload(case).owner_id == agent.id


def test_the_customer_sees_neither_priority_nor_team() -> None:
    agent, case, other = make_agent(), make_support_case(), make_other_team()
    _do(triage.set_priority, agent, case.id, "high")
    _do(triage.hand_over, agent, case.id, other.id, "It is about a bill.")
    own = {line.what for line in talk.list_own_talk(reload(case)) if line.kind == talk.STEP}
    assert own == {"opened"}
    assert {"priority_high", "team"} <= {line.what for line in talk.list_talk(reload(case))}


def test_pages_change_priority_and_team(client: ForumClient) -> None:
    agent, case, other = make_agent(), make_support_case(), make_other_team()
    client.sign_in(agent)
    page = f"/desk/cases/{case.id}"
    assert client.submit(f"{page}/priority", {"priority": "high"}).status_code == 303
    assert "Priority: high" in client.get(page).text
    missing = client.submit(f"{page}/team", {"team": other.id, "team_reason": ""})
    assert missing.status_code == 422
    assert "Say why, so that the other team knows." in missing.text
    unknown = client.submit(f"{page}/team", {"team": "999", "team_reason": "A long story"})
    assert unknown.status_code == 422
    assert "Choose another team." in unknown.text
    assert "A long story" in unknown.text
    done = client.submit(f"{page}/team", {"team": other.id, "team_reason": "A bill."})
    assert done.location == "/desk"
    assert client.get(page).status_code == 404


def _team_of(board_id: int) -> Team:
    team = make_other_team()
    with transaction():
        db.session.add(TeamBoard(board_id=board_id, team_id=team.id))
    return team


def _move(case: SupportCase, board: Any) -> None:
    mover = make_user(role="moderator")
    with transaction():
        move_question(mover, db.session.get_one(Question, case.question_id), board, "It is there")
    run_due_jobs()


def test_a_case_nobody_has_taken_follows_its_question() -> None:
    case, board = make_support_case(make_question()), make_board()
    team = _team_of(board.id)
    _move(case, board)
    moved = reload(case)
    assert (moved.board_id, moved.team_id) == (board.id, team.id)
    assert _steps(case)[-1] == "team"
    assert {(c.team_id, c.board_id) for c in _clocks(case).values()} == {(team.id, board.id)}


def test_a_case_that_is_taken_stays_and_says_so_in_a_note() -> None:
    agent, case, board = make_agent(), make_support_case(make_question()), make_board()
    _do(assigning.take_case, agent, case.id)
    _team_of(board.id)
    team_id = reload(case).team_id
    _move(case, board)
    stayed = reload(case)
    assert (stayed.team_id, stayed.board_id, stayed.owner_id) == (team_id, board.id, agent.id)
    [note] = _notes(case)
    assert "answers for that board" in note
    assert {clock.board_id for clock in _clocks(case).values()} == {board.id}


def test_following_twice_changes_nothing() -> None:
    case, board = make_support_case(make_question()), make_board()
    _team_of(board.id)
    _move(case, board)
    before = _steps(case)
    with transaction():
        triage.follow_question(case.id)
    assert _steps(case) == before


def _told(user: User) -> list[str]:
    forget_changes()
    mine = (Notification.user_id == user.id, Notification.kind == "customer")
    return list(db.session.scalars(select(Notification.page).where(*mine)))


def test_the_owner_hears_that_the_customer_replied(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(requester=asker)
    _do(assigning.take_case, agent, case.id)
    with transaction():
        messages.receive_message(case.id, from_user=load_user(asker.id), body="Here it is.")
    run_due_jobs()
    assert _told(agent) == [f"/desk/cases/{case.id}"]


def test_of_what_the_team_writes_and_of_unowned_cases_nobody_hears(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    mine, unowned = make_support_case(requester=asker), make_support_case(requester=asker)
    _do(assigning.take_case, agent, mine.id)
    _do(messages.message_privately, agent, mine.id, "Please wait.")
    _do(messages.note_internally, agent, mine.id, "A note.")
    with transaction():
        messages.receive_message(unowned.id, from_user=load_user(asker.id), body="Hello?")
    run_due_jobs()
    assert _told(agent) == []
