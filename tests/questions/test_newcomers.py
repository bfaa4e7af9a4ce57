"""A mark beside those who have just come, so that others are patient with them."""

import pytest

from tests.factories.community import days_ago, make_answer, make_question, make_user

MARK = "New here"


@pytest.mark.parametrize(("days", "marked"), [(1, True), (6.9, True), (7.1, False), (400, False)])
def test_who_came_within_a_week_is_marked(client, days, marked):
    asker = make_user(created_at=days_ago(days))
    question = make_question(asker)
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert (MARK in page) is marked
    assert (MARK in client.get(f"/users/{asker.id}").text) is marked


def test_answers_of_newcomers_are_marked(client):
    question = make_question()
    make_answer(question, make_user(created_at=days_ago(2)))
    make_answer(question)
    assert client.get(f"/questions/{question.id}/{question.slug}").text.count(MARK) == 1


@pytest.mark.parametrize("role", ["superuser", "moderator", "agent", "admin"])
def test_a_role_says_more(client, role):
    asker = make_user(created_at=days_ago(1), role=role)
    question = make_question(asker)
    assert MARK not in client.get(f"/questions/{question.id}/{question.slug}").text
