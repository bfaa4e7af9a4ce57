"""The deadlines of a case follow what is done with it."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations import assigning, messages, states
from community.escalation.sla.models import SlaClock
from tests.client import ForumClient
from tests.factories.community import make_answer, make_question, make_user
from tests.factories.support import make_agent, make_support_case


def _clocks(case: SupportCase) -> dict[str, str]:
    db.session.rollback()
    rows = db.session.scalars(
        select(SlaClock).where(SlaClock.case_id == case.id).order_by(SlaClock.id)
    )
    return {row.kind: row.state for row in rows}


def _do(act: Any, *arguments: Any, **values: Any) -> None:
    with transaction():
        act(*arguments, **values)


def test_a_new_case_owes_a_first_answer_and_a_solution(app: Flask) -> None:
    case = make_support_case(make_question())
    assert _clocks(case) == {"first": "running", "resolution": "running"}


def test_an_answer_is_in_time_and_a_reply_asks_for_the_next(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    _do(messages.note_internally, agent, case.id, "Not an answer.")
    assert _clocks(case)["first"] == "running"
    _do(messages.message_privately, agent, case.id, "Which number is it?")
    assert _clocks(case)["first"] == "met"
    _do(messages.receive_message, case.id, from_user=asker, body="The one with 37.")
    assert _clocks(case)["next"] == "running"


def test_an_answer_of_the_team_on_the_page_of_the_question_counts(app: Flask) -> None:
    agent, question = make_agent(), make_question()
    case = make_support_case(question)
    make_answer(question, make_user())
    run_due_jobs()
    assert _clocks(case)["first"] == "running"
    make_answer(question, agent)
    run_due_jobs()
    assert _clocks(case)["first"] == "met"


def test_clocks_stand_still_while_the_case_waits_and_end_with_it(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    _do(assigning.take_case, agent, case.id)
    _do(states.wait_for_customer, agent, case.id)
    assert _clocks(case)["resolution"] == "paused"
    _do(messages.receive_message, case.id, from_user=asker, body="Here I am.")
    assert _clocks(case)["resolution"] == "running"
    _do(states.hold, agent, case.id, "The network team")
    assert _clocks(case)["resolution"] == "paused"
    _do(states.solve, agent, case.id, outcome="fixed", contact_reason="fault")
    assert _clocks(case)["resolution"] == "met"
    _do(states.reopen, agent, case.id)
    assert _clocks(case)["resolution"] == "running"


def test_the_deadline_goes_on_with_the_community(app: Flask) -> None:
    agent = make_agent()
    case = make_support_case(make_question())
    _do(assigning.take_case, agent, case.id)
    _do(states.wait_for_customer, agent, case.id)
    _do(states.return_to_community, agent, case.id)
    assert _clocks(case) == {"first": "running", "resolution": "running"}


def test_spam_is_owed_nothing(app: Flask) -> None:
    case = make_support_case(make_question())
    _do(states.close_as_spam, make_agent(), case.id)
    assert set(_clocks(case).values()) == {"cancelled"}


def test_a_more_pressing_cause_shortens_the_deadline(app: Flask) -> None:
    question = make_question()
    case_id = make_support_case(question, priority="low").id
    before = db.session.scalars(select(SlaClock.due_at).where(SlaClock.kind == "first")).one()
    make_support_case(question, trigger="words", priority="urgent")
    make_support_case(question, trigger="me_too", priority="normal")
    db.session.rollback()
    after = db.session.scalars(select(SlaClock).where(SlaClock.kind == "first")).one()
    assert before is not None
    assert after.due_at is not None
    assert after.due_at < before
    assert after.priority == "urgent"
    assert db.session.get_one(SupportCase, case_id).priority == "urgent"


def test_the_desk_shows_until_when(app: Flask, client: ForumClient) -> None:
    case = make_support_case(make_question())
    client.sign_in(make_agent())
    page = client.get(f"/desk/cases/{case.id}").text
    assert "First answer" in page
    assert "Solution" in page
    assert 'class="clocks"' in page
