"""A superuser calls an agent inside a question: once, ahead of others, and hears of the answer."""

import pytest
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.escalation.calendars.business_time import business_minutes_between
from community.escalation.cases.models import Escalation, SupportCase
from community.escalation.cases.operations import messages
from community.escalation.sla.models import FIRST, NEXT, SlaClock
from community.escalation.triggers.operations.handing import LineUsed, call_agent
from community.escalation.triggers.queries.waiting import get_hours_of_board
from community.identity.models import User
from community.notifications.models import Notification
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from tests.client import ForumClient
from tests.factories.community import make_question, make_user, reload
from tests.factories.support import make_agent, make_support_case

pytestmark = pytest.mark.usefixtures("app")

REASON = "Only you can see whether the number was moved."


def call(actor: User, question: Question, reason: str = REASON) -> SupportCase:
    with transaction():
        case = call_agent(actor, lock_question(question.id), reason)
    run_due_jobs()
    return case


def open_clock(case: SupportCase, kind: str) -> SlaClock:
    mine = select(SlaClock).where(SlaClock.case_id == case.id, SlaClock.kind == kind)
    return db.session.scalars(mine.where(SlaClock.ended_at.is_(None))).one()


def told(user: User) -> list[str]:
    run_due_jobs()
    wanted = Notification.user_id == user.id, Notification.kind == "line"
    return list(db.session.scalars(select(Notification.page).where(*wanted)))


def test_a_call_hands_the_question_over_with_four_business_hours_to_answer() -> None:
    question = make_question()
    case = call(make_user(role="superuser"), question)
    assert reload(question).status == "support"
    first = open_clock(case, FIRST)
    assert first.target_minutes == 4 * 60
    assert first.due_at is not None
    hours = get_hours_of_board(question.board_id)
    assert business_minutes_between(hours, first.started_at, first.due_at) == 4 * 60


def test_a_call_makes_a_case_that_is_there_more_pressing_and_owes_an_answer_anew() -> None:
    agent, question = make_agent(), make_question()
    case = make_support_case(question)
    with transaction():
        messages.reply_publicly(agent, case.id, "We are looking into it, please wait a little.")
    called = call(make_user(role="superuser"), question)
    assert called.id == case.id
    assert reload(case).priority == "high"
    assert open_clock(case, NEXT).target_minutes == 4 * 60


def test_a_question_has_one_call_whoever_makes_it() -> None:
    question = make_question()
    call(make_user(role="superuser"), question)
    with pytest.raises(LineUsed):
        call(make_user(role="superuser"), question)
    assert len(db.session.scalars(select(Escalation)).all()) == 1


def test_members_staff_and_askers_have_no_direct_line() -> None:
    asker = make_user(role="superuser")
    question = make_question(asker)
    for actor in (make_user(points=10_000), make_user(role="moderator"), make_agent(), asker):
        with pytest.raises(NotAllowed):
            call(actor, question)
    with pytest.raises(ReasonUnfit):
        call(make_user(role="superuser"), question, "why")


def test_the_caller_is_told_of_the_first_answer_alone_and_of_no_note() -> None:
    agent, caller = make_agent(), make_user(role="superuser")
    question = make_question()
    case = call(caller, question)
    with transaction():
        messages.note_internally(agent, case.id, "The number was moved yesterday.")
    assert told(caller) == []
    with transaction():
        messages.message_privately(agent, case.id, "Your number was moved yesterday.")
    assert told(caller) == [f"/questions/{question.id}"]
    with transaction():
        messages.reply_publicly(agent, case.id, "It was moved, and works again from today on.")
    assert told(caller) == [f"/questions/{question.id}"]


def test_one_calls_from_the_page_and_agents_see_that_it_was_a_call(client: ForumClient) -> None:
    caller, agent = make_user("Calling Carla", role="superuser"), make_agent()
    question = make_question()
    client.sign_in(caller)
    page = f"/questions/{question.id}/support"
    assert "Direct line to the support team" in client.get(page).text
    refused = client.submit(f"/questions/{question.id}/direct-line", {"reason": "why"})
    assert refused.status_code == 422
    assert ">why</textarea>" in refused.text
    client.submit(f"/questions/{question.id}/direct-line", {"reason": REASON})
    run_due_jobs()
    assert "Direct line to the support team" not in client.get(page).text
    again = client.submit(f"/questions/{question.id}/direct-line", {"reason": REASON})
    assert again.status_code == 409
    assert "can be called once a question" in again.text
    case = db.session.scalars(select(SupportCase)).one()
    shown = client.sign_in(agent).get(f"/desk/cases/{case.id}").text
    assert "Direct line of a superuser:" in shown
    assert REASON in shown
