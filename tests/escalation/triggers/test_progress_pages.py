"""Everybody reads where a question stands with the team; who may, hands it over there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from community.core.db import db, transaction
from community.escalation.calendars.queries import default_calendar_id
from community.escalation.cases.models import SupportCase
from community.escalation.sla.models import SlaClock, SlaEvent, SlaPolicy
from community.questions.operations.closures import close_question
from community.questions.operations.questions import lock_question
from tests.client import ForumClient
from tests.factories.community import make_answer, make_question, make_user
from tests.factories.handovers import MONDAY, cases_of, moment, triggers_of

HOUR = timedelta(hours=1)
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def monday(app: Flask) -> Iterator[None]:
    with moment(MONDAY):
        yield


def handed_over(client: ForumClient, **values: Any) -> tuple[int, SupportCase]:
    """Hand a question over by hand; ``values`` change its case."""
    question = make_question()
    client.sign_in(make_user(role="agent"))
    reason = {"reason": "Only we can look into the account."}
    assert client.submit(f"/questions/{question.id}/handover", reason).status_code == 303
    client.sign_out()
    (case,) = cases_of(question)
    with transaction():
        found = db.session.get_one(SupportCase, case.id)
        for name, value in values.items():
            setattr(found, name, value)
        db.session.query(SlaEvent).delete()
        db.session.query(SlaClock).delete()
    return question.id, case


def promise(case: SupportCase, hours: int) -> None:
    """Let the first answer be due after so many hours."""
    with transaction():
        db.session.add(
            SlaClock(
                case_id=case.id,
                kind="first",
                policy_id=db.session.query(SlaPolicy.id).limit(1).scalar(),
                policy_version=1,
                calendar_id=default_calendar_id(),
                calendar_version=1,
                team_id=case.team_id,
                priority="normal",
                language="en",
                channel="question",
                target_minutes=hours * 60,
                counting_since=MONDAY,
                started_at=MONDAY,
                due_at=MONDAY + hours * HOUR,
            )
        )


def test_guests_read_since_when_and_what_comes_next_in_the_sites_zone(client: ForumClient) -> None:
    question_id, case = handed_over(client)
    promise(case, 4)
    page = client.get(f"/questions/{question_id}", follow_redirects=True).text
    assert f'hx-get="/questions/{question_id}/support"' in page
    fragment = client.get(f"/questions/{question_id}/support", headers=FRAGMENT).text
    assert ">10:00</time>" in fragment
    assert "next step by" in fragment
    assert ">14:00</time>" in fragment
    assert "<form" not in fragment
    assert "Only we can look" not in fragment, "why it was handed over is the team's"


def test_members_read_it_in_their_own_zone(client: ForumClient) -> None:
    question_id, case = handed_over(client)
    promise(case, 4)
    client.sign_in(make_user(time_zone="Asia/Kathmandu"))
    fragment = client.get(f"/questions/{question_id}/support", headers=FRAGMENT).text
    assert ">14:45</time>" in fragment
    assert ">18:45</time>" in fragment


def test_another_day_is_named(client: ForumClient) -> None:
    question_id, case = handed_over(client)
    promise(case, 28)
    assert "3 Mar 2026, 14:00</time>" in client.get(f"/questions/{question_id}/support").text


def test_what_is_late_is_called_late(client: ForumClient) -> None:
    question_id, case = handed_over(client)
    promise(case, 4)
    with moment(MONDAY + 5 * HOUR):
        page = client.get(f"/questions/{question_id}/support").text
    assert "The next step was due by" in page
    assert "next step by" not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("new", "will look at it next"),
        ("open", "is working on it"),
        ("pending", "has asked the asker something"),
        ("on_hold", "waits for somebody outside"),
        ("returned", "has asked everybody here to help"),
    ],
)
def test_each_state_is_said_in_plain_words(client: ForumClient, state: str, words: str) -> None:
    question_id, _ = handed_over(client, state=state)
    assert words in client.get(f"/questions/{question_id}/support").text


def test_without_a_case_guests_read_that_nobody_was_asked(client: ForumClient) -> None:
    question = make_question()
    assert "has not been asked" in client.get(f"/questions/{question.id}/support").text
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert f"/questions/{question.id}/support" not in page


def test_settled_cases_show_no_progress(client: ForumClient) -> None:
    question_id, _ = handed_over(client, state="solved")
    assert "has not been asked" in client.get(f"/questions/{question_id}/support").text


def test_askers_call_the_team_when_the_wait_is_over(client: ForumClient) -> None:
    asker = make_user()
    question = make_question(asker)
    make_answer(question)
    client.sign_in(asker)
    page = client.get(f"/questions/{question.id}/support").text
    assert "Ask the support team" not in page
    early = client.submit(f"/questions/{question.id}/handover", {"reason": "It still fails."})
    assert early.status_code == 403
    assert "Others still have time to answer" in early.text
    with moment(MONDAY + timedelta(days=3)):
        assert "Ask the support team" in client.get(f"/questions/{question.id}/support").text
        done = client.submit(f"/questions/{question.id}/handover", {"reason": "It still fails."})
        assert done.status_code == 303
    assert triggers_of(question) == [("by_asker", 1)]


def test_a_refused_reason_is_kept_and_explained(client: ForumClient) -> None:
    question = make_question()
    client.sign_in(make_user(role="superuser"))
    page = client.submit(f"/questions/{question.id}/handover", {"reason": "Hm"})
    assert page.status_code == 422
    assert ">Hm</textarea>" in page.text
    assert 'aria-invalid="true"' in page.text
    assert cases_of(question) == []


def test_askers_say_that_it_is_still_not_solved(client: ForumClient) -> None:
    asker = make_user()
    question = make_question(asker)
    make_answer(question)
    client.sign_in(asker)
    assert "Still not solved" in client.get(f"/questions/{question.id}/support").text
    address = f"/questions/{question.id}/unsolved"
    assert "Thanks for telling us" in client.submit(address, follow_redirects=True).text
    assert "You said so already" in client.submit(address, follow_redirects=True).text


def test_members_find_no_way_to_the_team_on_others_questions(client: ForumClient) -> None:
    question = make_question()
    client.sign_in(make_user())
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert f"/questions/{question.id}/support" not in page
    assert "<textarea" not in client.get(f"/questions/{question.id}/support").text


def test_nobody_hands_over_what_is_closed_or_hidden(client: ForumClient) -> None:
    asker, agent = make_user(), make_user(role="agent")
    question = make_question(asker)
    with transaction():
        close_question(asker, lock_question(question.id), reason="no_longer_needed")
    client.sign_in(agent)
    reason = {"reason": "Only we can look into the account."}
    assert client.submit(f"/questions/{question.id}/handover", reason).status_code == 403
