"""What agents see of a case's customer, and what a question's page tells staff."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from community.core import clock
from community.core.db import Base, db, transaction
from community.core.undeliverable import FORGOTTEN_AFTER, UndeliverableAddress, note_bounce
from community.escalation.teams.models import Team
from community.escalation.triggers.models import HandoverRule
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
)
from tests.factories.csat import ask_about, make_solved_case
from tests.factories.support import make_agent, make_support_case
from tests.queries import counted_queries

MEMBERS_FIRST = "Members first"


def _other_team() -> Team:
    team = Team(slug="other", names={"en": "Others", "de": "Andere"})
    with transaction():
        db.session.add(team)
    return team


def _background(client: ForumClient, case: Any) -> str:
    return client.get(f"/desk/cases/{case.id}/background").text


def test_agents_see_who_the_customer_is(app: Flask, client: ForumClient) -> None:
    customer = make_user(language="de", trust_level=2)
    question = make_question(customer, title="zqthis question of the case")
    make_question(customer, title="zqother question about a phone")
    case = make_support_case(question)
    make_support_case(requester=customer, subject="zqearlier")
    client.sign_in(make_agent())
    page = _background(client, case)
    for words in ("Deutsch", "trusted", "zqother question", "zqearlier", "Member since"):
        assert words in page, words
    assert "zqthis" not in page
    assert f"/questions/{question.id}/considered" in page
    part = client.get(f"/desk/cases/{case.id}/background", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert f'hx-get="/desk/cases/{case.id}/background"' in client.get(f"/desk/cases/{case.id}").text


RETURNED = "A mail to this customer came back"


def test_agents_see_that_mails_to_a_customer_come_back(app: Flask, client: ForumClient) -> None:
    customer = make_user()
    case = make_support_case(requester=customer)
    client.sign_in(make_agent())
    assert RETURNED not in client.get(f"/desk/cases/{case.id}").text
    with transaction():
        note_bounce(customer.email)
    page = client.get(f"/desk/cases/{case.id}").text
    assert RETURNED in page
    assert "Your cases" in page
    with transaction():
        long_ago = clock.now() - FORGOTTEN_AFTER
        db.session.execute(update(UndeliverableAddress).values(last_at=long_ago))
    assert RETURNED not in client.get(f"/desk/cases/{case.id}").text


def test_agents_see_that_mails_to_a_stranger_come_back(app: Flask, client: ForumClient) -> None:
    case = make_support_case()
    with transaction():
        stranger = update(type(case)).where(type(case).id == case.id)
        values = {"requester_id": None, "requester_email": "away@example.test"}
        db.session.execute(stranger.values(**values))
        note_bounce("away@example.test")
    page = client.sign_in(make_agent()).get(f"/desk/cases/{case.id}").text
    assert RETURNED in page
    assert "Try to reach them another way" in page


def test_agents_see_no_cases_of_other_teams_and_no_hidden_questions(
    app: Flask, client: ForumClient
) -> None:
    customer = make_user()
    case = make_support_case(requester=customer)
    elsewhere = make_support_case(requester=customer, subject="zqelsewhere")
    hidden = make_question(customer, title="zqhidden question about a phone")
    other = _other_team()
    with transaction():
        moved = update(type(elsewhere)).where(type(elsewhere).id == elsewhere.id)
        db.session.execute(moved.values(team_id=other.id))
        posts = Base.metadata.tables["posts"]
        gone = update(posts).where(posts.c.id == hidden.id)
        db.session.execute(gone.values(visibility="deleted"))
    page = _background(client.sign_in(make_agent()), case)
    assert "Member since" in page
    assert "zqelsewhere" not in page
    assert "zqhidden" not in page


def test_marks_stand_beside_the_case_for_the_team_they_are_about(
    app: Flask, client: ForumClient
) -> None:
    customer = make_user()
    rated = ask_about(make_solved_case(customer))
    client.sign_in(customer).submit(f"/cases/{rated.case_id}/satisfaction", {"mark": "2"})
    case = make_support_case(requester=customer)
    assert "Dissatisfied (2 of 5)" in _background(client.sign_in(make_agent()), case)


def test_of_a_stranger_there_is_nothing_else(app: Flask, client: ForumClient) -> None:
    case = make_support_case()
    with transaction():
        stranger = {"requester_id": None, "requester_email": "a@example.org"}
        db.session.execute(update(type(case)).values(**stranger))
    assert "no member" in _background(client.sign_in(make_agent()), case)


def test_customers_are_for_the_team_of_their_case(app: Flask, client: ForumClient) -> None:
    address = f"/desk/cases/{make_support_case().id}/background"
    for role in ("member", "superuser", "moderator"):
        assert client.sign_in(make_user(role=role)).get(address).status_code == 403
    assert client.sign_in(make_agent(team=_other_team())).get(address).status_code == 404


def _question_page(client: ForumClient, question: Question) -> str:
    return client.get(f"/questions/{question.id}", follow_redirects=True).text


def test_staff_are_asked_to_let_members_answer_first(app: Flask, client: ForumClient) -> None:
    question = make_question()
    client.sign_in(make_agent())
    page = _question_page(client, question)
    assert MEMBERS_FIRST in page
    # Warned, not barred.
    assert 'id="reply"' in page
    client.sign_in(make_user())
    assert MEMBERS_FIRST not in _question_page(client, question)


def test_after_half_an_hour_nobody_is_warned(app: Flask, client: ForumClient) -> None:
    question = make_question()
    with transaction():
        posts = Base.metadata.tables["posts"]
        db.session.execute(update(posts).values(created_at=days_ago(31 / 24 / 60)))
    client.sign_in(make_agent())
    assert MEMBERS_FIRST not in _question_page(client, question)


@pytest.mark.parametrize("why", ["board", "case"])
def test_what_is_urgent_never_waits_for_members(app: Flask, client: ForumClient, why: str) -> None:
    board = make_board("sim")
    question = make_question(board=board)
    if why == "board":
        with transaction():
            hours = {"normal_hours": 24, "urgent_hours": 4, "me_too_count": 5}
            db.session.add(HandoverRule(board_id=board.id, is_urgent=True, **hours))
    else:
        make_support_case(question, priority="urgent")
    client.sign_in(make_agent())
    assert MEMBERS_FIRST not in _question_page(client, question)


def test_boards_that_are_not_open_do_not_wait(app: Flask, client: ForumClient) -> None:
    question = make_question(make_user(role="agent"), make_board("insiders", audience="staff"))
    client.sign_in(make_user(role="admin"))
    assert MEMBERS_FIRST not in _question_page(client, question)


def test_members_pay_nothing_for_the_warning(app: Flask, client: ForumClient) -> None:
    question = make_question()
    client.sign_in(make_user())
    _question_page(client, question)
    with counted_queries() as statements:
        _question_page(client, question)
    assert not [each for each in statements if "handover_rules" in each]


def test_a_solved_questions_page_leads_its_team_to_the_open_case(
    app: Flask, client: ForumClient
) -> None:
    asker = make_user()
    question = make_question(asker)
    case = make_support_case(question)
    make_acceptance(make_answer(question, make_user()), asker)
    address = f"/questions/{question.id}/support"
    agent = client.sign_in(make_agent())
    assert f'hx-get="{address}"' in _question_page(agent, question)
    page = agent.get(address).text
    assert f'href="/desk/cases/{case.id}"' in page
    assert "the case can be closed there" in page
    for other in (asker, make_user(role="moderator"), make_agent(team=_other_team())):
        assert f"/desk/cases/{case.id}" not in client.sign_in(other).get(address).text
