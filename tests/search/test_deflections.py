"""Suggestions that solved the matter, and those that were read in vain."""

import pytest
from sqlalchemy import select

from community.core.db import db
from community.core.worker import run_due_jobs
from community.search.models import Deflection
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)

pytestmark = pytest.mark.usefixtures("app")


def deflections():
    db.session.rollback()
    return db.session.scalars(select(Deflection).order_by(Deflection.id)).all()


def test_this_solved_it_is_a_deflection_and_leads_to_the_question(client):
    question, member = make_question(), make_user()
    client.sign_in(member)
    data = {"deflected": question.id, "title": "No signal at all", "submission": "once"}
    for _ in range(2):
        answer = client.submit("/deflections", data)
        assert answer.status_code == 303
        assert answer.location.startswith(f"/questions/{question.id}")
    (one,) = deflections()
    assert (one.outcome, one.typed, one.user_id) == ("solved", "No signal at all", member.id)


def test_guests_are_deflected_too(client):
    question = make_question()
    assert client.submit("/deflections", {"deflected": question.id}).status_code == 303
    (one,) = deflections()
    assert (one.outcome, one.user_id) == ("solved", None)


def test_opening_and_then_solving_is_one_row(client):
    question = make_question()
    client.sign_in(make_user())
    for _ in range(2):
        data = {"question_id": question.id, "outcome": "opened"}
        assert client.submit("/deflections", data).status_code == 204
    assert [one.outcome for one in deflections()] == ["opened"]
    client.submit("/deflections", {"question_id": question.id})
    assert [one.outcome for one in deflections()] == ["solved"]


@pytest.mark.parametrize("question_id", ["", "abc", "-1", "9" * 30, "999999"])
def test_unknown_questions_are_not_found(client, question_id):
    assert client.submit("/deflections", {"deflected": question_id}).status_code == 404


def test_hidden_questions_are_not_found(client):
    question = make_question(make_user(role="agent"), make_board(audience="staff"))
    assert client.submit("/deflections", {"deflected": question.id}).status_code == 404
    assert deflections() == []


def test_what_was_read_in_vain_goes_with_the_question(client):
    read, solved, staff_only = make_question(), make_question(), make_question()
    asker = make_user()
    client.sign_in(asker)
    for question in (read, staff_only):
        client.submit("/deflections", {"question_id": question.id, "outcome": "opened"})
    client.submit("/deflections", {"question_id": solved.id})
    asked = make_question(asker)
    run_due_jobs()
    by_question = {one.question_id: one for one in deflections()}
    assert by_question[read.id].outcome == "rejected"
    assert by_question[read.id].asked_question_id == asked.id
    assert by_question[solved.id].asked_question_id is None
    set_post_visibility(staff_only, "hidden", make_user(role="moderator"))
    text = client.get(f"/questions/{asked.id}/considered", headers={"HX-Request": "true"}).text
    assert read.title in text
    assert staff_only.title not in text
    assert solved.title not in text


def test_guests_do_not_see_what_was_read(client):
    question = make_question()
    assert client.get(f"/questions/{question.id}/considered").status_code in (302, 303, 401)


def test_similar_questions_come_with_their_best_answer(rebuilt, client):
    asker = make_user()
    question = make_question(asker, title="The voicemail greeting sounds hollow")
    make_answer(question, body="Some other idea that nobody needs.")
    make_acceptance(make_answer(question, body="Record the greeting **again**, please."), asker)
    rebuilt()
    url = "/search/similar?title=Hollow+voicemail+greeting"
    fragment = client.get(url, headers={"HX-Request": "true"}).text
    assert "Record the greeting again, please." in fragment
    assert "<html" not in fragment
    page = client.get(url).text
    assert "None of these, ask my question" in page
    assert "/questions/new?title=Hollow" in page
    assert (
        client.get("/search/similar?title=voicemail", headers={"HX-Request": "true"}).text.count(
            "details"
        )
        == 0
    )


def test_related_questions_leave_the_question_itself_out(rebuilt, client):
    question = make_question(title="The voicemail greeting sounds hollow")
    other = make_question(title="My voicemail greeting is too quiet")
    rebuilt()
    for headers in ({"HX-Request": "true"}, {}):
        text = client.get(f"/questions/{question.id}/related", headers=headers).text
        assert other.title in text
        assert question.title not in text
    assert client.get("/questions/999999/related").status_code == 404
