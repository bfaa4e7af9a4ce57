"""A customer's own cases in a browser without JavaScript."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import messages, states
from community.posts.models import Post
from tests.client import ForumClient
from tests.factories.community import make_board, make_question, make_user, reload
from tests.factories.support import make_agent, make_support_case

IBAN = "DE89 3704 0044 0532 0130 00"
QUESTION = {
    "title": "My bill has been paid twice, from this account",
    "body": f"You took the money twice from {IBAN}, please look at it.",
    "tags": "bill",
    "language": "en",
}


def test_members_see_their_own_cases_alone(app: Flask, client: ForumClient) -> None:
    asker = make_user()
    make_support_case(requester=asker, subject="zqmine", body="zqmywords")
    other = make_support_case(subject="zqtheirs")
    client.sign_in(asker)
    listed = client.get("/account/cases").text
    assert "zqmine" in listed
    assert "zqtheirs" not in listed
    assert client.get(f"/cases/{other.id}").status_code == 404
    assert client.submit(f"/cases/{other.id}/messages", {"body": "Hello"}).status_code == 404


def test_guests_are_asked_to_sign_in(app: Flask, client: ForumClient) -> None:
    case = make_support_case()
    for path in ("/account/cases", f"/cases/{case.id}"):
        assert "/sign-in" in client.get(path).location


def test_agents_read_cases_on_the_desk_and_not_as_the_customer(
    app: Flask, client: ForumClient
) -> None:
    client.sign_in(make_agent())
    assert client.get(f"/cases/{make_support_case().id}").status_code == 404


def test_the_timeline_says_who_looks_after_it_and_how_it_ended(
    app: Flask, client: ForumClient
) -> None:
    agent, asker = make_agent("Lena Brockmann"), make_user()
    case = make_support_case(make_question(asker))
    with transaction():
        messages.message_privately(agent, case.id, "Please tell me the number.")
        states.solve(agent, case.id, outcome="fixed", contact_reason="fault")
    client.sign_in(asker)
    text = client.get(f"/cases/{case.id}").text
    for words in ("Lena Brockmann of the support team looks after it", "Solved", "the number"):
        assert words in text
    assert "Your public question" in text


def test_a_reply_opens_the_case_again(app: Flask, client: ForumClient) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    with transaction():
        states.wait_for_customer(agent, case.id)
    client.sign_in(asker)
    sent = client.submit(f"/cases/{case.id}/messages", {"body": "It ends with **37**."})
    assert sent.location == f"/cases/{case.id}"
    assert "<strong>37</strong>" in client.get(sent.location).text
    assert reload(case).state == "open"


def test_a_reply_to_a_closed_case_leads_to_a_new_one(app: Flask, client: ForumClient) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    with transaction():
        states.close_as_spam(agent, case.id)
    client.sign_in(asker)
    sent = client.submit(f"/cases/{case.id}/messages", {"body": "It was no spam."})
    assert sent.location not in (None, f"/cases/{case.id}")
    assert "It was no spam." in client.get(sent.location).text
    assert "It goes on in a new case" in client.get(f"/cases/{case.id}").text


def test_an_empty_reply_is_refused(app: Flask, client: ForumClient) -> None:
    asker = make_user()
    case = make_support_case(requester=asker)
    client.sign_in(asker)
    refused = client.submit(f"/cases/{case.id}/messages", {"body": " "})
    assert refused.status_code == 422
    assert "Please write something." in refused.text


def test_what_is_personal_can_be_sent_to_the_team_alone(app: Flask, client: ForumClient) -> None:
    board, asker = make_board(), make_user()
    client.sign_in(asker)
    found = client.submit("/questions", {**QUESTION, "board": board.slug})
    assert found.status_code == 422
    assert 'formaction="/cases"' in found.text
    sent = client.submit("/cases", {**QUESTION, "board": board.slug, "vouching": ""})
    assert sent.status_code == 303
    db.session.rollback()
    case = db.session.scalars(select(SupportCase)).one()
    assert (case.question_id, case.requester_id, case.board_id) == (None, asker.id, board.id)
    assert IBAN in db.session.scalars(select(CaseMessage.body)).one()
    assert db.session.scalar(select(func.count()).select_from(Post)) == 0
    assert IBAN in client.get(sent.location).text


@pytest.mark.parametrize("field", ["body", "title"])
def test_a_private_question_that_does_not_fit_comes_back(
    app: Flask, client: ForumClient, field: str
) -> None:
    client.sign_in(make_user())
    broken = {**QUESTION, field: "\x00" if field == "title" else ""}
    refused = client.submit("/cases", broken)
    assert refused.status_code == 422
    assert QUESTION["body" if field == "title" else "title"][:20] in refused.text


def test_ten_cases_a_day_are_enough(app: Flask, client: ForumClient) -> None:
    asker = make_user()
    for _ in range(10):
        make_support_case(requester=asker)
    client.sign_in(asker)
    refused = client.submit("/cases", QUESTION)
    assert refused.status_code == 429
    assert QUESTION["title"] in refused.text
