"""Two cases of one customer become one: nothing is lost, doubled or answered elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.escalation.cases.errors import CaseClosed, NotTheSameCustomer, TwoQuestions
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import messages, states
from community.escalation.cases.operations.merging import merge_case
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.queries.talk import list_own_talk, list_talk
from community.escalation.csat.queries import list_due_cases
from community.escalation.sla.queries import list_clocks
from community.identity.models import User
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import load_user, make_question, make_user, reload
from tests.factories.support import make_agent, make_support_case


@pytest.fixture
def agent(app: Flask) -> User:
    """Somebody of the team."""
    return make_agent("Lena Brockmann")


def _merge(agent: User, one: SupportCase, into: SupportCase, **options: Any) -> SupportCase:
    with transaction():
        merge_case(agent, one.id, into.id, **options)
    return reload(into)  # type: ignore[no-any-return]


def _said(case: SupportCase) -> list[str]:
    return [str(line.html) for line in list_talk(reload(case)) if line.kind != "step"]


def _pair(agent: User) -> tuple[User, SupportCase, SupportCase]:
    asker = make_user("Femke Vries")
    first = make_support_case(requester=asker, body="zqfirst My bill is wrong.", subject="Bill")
    second = make_support_case(requester=asker, body="zqsecond As I said.", subject="Bill again")
    with transaction():
        messages.note_internally(agent, second.id, "zqnote Same bill.")
    return asker, first, second


def test_both_talks_are_read_in_one_case_once(agent: User) -> None:
    asker, first, second = _pair(agent)
    _merge(agent, second, first)
    said = _said(first)
    for word in ("zqfirst", "zqsecond", "zqnote"):
        assert sum(word in line for line in said) == 1, word
    own = "".join(str(line.html) for line in list_own_talk(reload(first)))
    assert "zqsecond" in own
    assert "zqnote" not in own
    assert db.session.scalar(select(func.count(CaseMessage.id))) == 3
    absorbed = reload(second)
    assert (absorbed.state, absorbed.outcome) == ("closed", "merged")
    assert [clock.state for clock in list_clocks(second.id) if clock.is_open] == []
    assert asker.id == absorbed.requester_id


def test_replies_to_the_absorbed_case_arrive_in_the_surviving_one_once(agent: User) -> None:
    asker, first, second = _pair(agent)
    _merge(agent, second, first)
    with transaction():
        states.wait_for_customer(agent, first.id)
    for _ in range(2):
        with transaction():
            messages.receive_message(
                second.id, from_user=load_user(asker.id), body="zqlater Any news?", message_id="m@x"
            )
    assert sum("zqlater" in line for line in _said(first)) == 1
    found = db.session.scalars(select(CaseMessage).where(CaseMessage.message_id == "m@x")).one()
    assert found.case_id == first.id
    assert reload(first).state == "open"
    assert reload(second).state == "closed"


def test_a_case_that_absorbed_others_can_be_absorbed(agent: User) -> None:
    asker, first, second = _pair(agent)
    third = make_support_case(requester=asker, body="zqthird", subject="Third")
    _merge(agent, second, first)
    _merge(agent, first, third)
    assert all(any(word in line for line in _said(third)) for word in ("zqsecond", "zqfirst"))
    with transaction():
        told = messages.receive_message(second.id, from_user=load_user(asker.id), body="Hello?")
        assert told.case_id == third.id


def test_what_somebody_waits_for_is_waited_for_in_the_surviving_case(agent: User) -> None:
    _asker, first, second = _pair(agent)
    with transaction():
        messages.message_privately(agent, first.id, "Please send me the bill.")
        states.wait_for_customer(agent, first.id)
    survivor = _merge(agent, second, first)
    assert survivor.state == "open"
    assert {clock.kind for clock in list_clocks(first.id) if clock.is_open} == {
        "next",
        "resolution",
    }


def test_the_survivor_takes_question_and_urgency(agent: User) -> None:
    asker = make_user()
    question = make_question(asker)
    public = make_support_case(question, priority="urgent")
    private = make_support_case(requester=asker)
    survivor = _merge(agent, public, private)
    assert (survivor.question_id, survivor.priority) == (question.id, "urgent")
    assert db.session.get_one(Question, question.id).status == "support"


def test_of_two_questions_one_is_let_go_by_confirmation_alone(agent: User) -> None:
    asker = make_user()
    one, other = make_question(asker), make_question(asker)
    case, into = make_support_case(one), make_support_case(other)
    with pytest.raises(TwoQuestions):
        _merge(agent, case, into)
    assert reload(case).state == "new"
    survivor = _merge(agent, case, into, is_confirmed=True)
    assert survivor.question_id == other.id
    assert db.session.get_one(Question, one.id, populate_existing=True).status == "open"


def test_cases_of_two_customers_never_become_one(agent: User) -> None:
    one, other = make_support_case(), make_support_case()
    with pytest.raises(NotTheSameCustomer):
        _merge(agent, one, other)
    with pytest.raises(NotTheSameCustomer):
        _merge(agent, one, one)
    stranger: Any = {"trigger": "mail", "subject": "Hello", "language": "en", "channel": "mail"}
    with transaction():
        mails = [
            open_case(SYSTEM, requester_email=f"{name}@example.com", body="Hello", **stranger)
            for name in ("a", "b", "a")
        ]
    with pytest.raises(NotTheSameCustomer):
        _merge(agent, mails[0], mails[1])
    assert _merge(agent, mails[0], mails[2]).state == "new"


def test_what_is_closed_or_nobody_s_business_is_not_merged(agent: User) -> None:
    _asker, first, second = _pair(agent)
    with pytest.raises(NotAllowed):
        _merge(make_user(), second, first)
    _merge(agent, second, first)
    with pytest.raises(CaseClosed):
        _merge(agent, second, first)
    with pytest.raises(CaseClosed):
        _merge(agent, first, second)


def test_nobody_is_asked_how_satisfied_they_were_with_what_was_merged(agent: User) -> None:
    _asker, first, second = _pair(agent)
    with transaction():
        messages.message_privately(agent, second.id, "Mended.")
        states.solve(agent, second.id, outcome="fixed", contact_reason="fault")
    _merge(agent, second, first)
    later = clock.now() + timedelta(hours=25)
    assert list_due_cases(later, after_id=0, limit=10) == []


def test_a_merge_is_recorded_once_and_done_by_a_form(
    app: Flask, client: ForumClient, agent: User
) -> None:
    asker, first, second = _pair(agent)
    client.sign_in(agent)
    page = client.get(f"/desk/cases/{second.id}").text
    assert f'<option value="{first.id}"' in page
    wrong = client.submit(f"/desk/cases/{second.id}/merge", data={"into": "C-999"})
    assert wrong.status_code == 422
    assert "Only cases of the same customer" in wrong.text
    before = db.session.scalar(select(func.count(AuditEntry.id))) or 0
    done = client.submit(f"/desk/cases/{second.id}/merge", data={"into": f"C-{first.id}"})
    assert done.status_code == 303
    assert done.location == f"/desk/cases/{first.id}"
    db.session.rollback()
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before + 1
    client.sign_in(asker)
    assert f'href="/cases/{first.id}"' in client.get(f"/cases/{second.id}").text
