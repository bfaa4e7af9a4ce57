"""What waits on boards: who sees and changes it; and how fast a first text was sent."""

import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from moderation.held.models import BoardScreening
from tests.client import ForumClient
from tests.factories.community import make_answer, make_board, make_question, make_user

FORM = {"title": "Nothing works since this morning", "body": "It worked yesterday, and not today."}


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_moderators_change_what_waits(client: ForumClient, role: str) -> None:
    board = make_board("billing")
    client.sign_in(make_user(role=role))
    address = f"/moderation/boards/{board.id}/screening"
    assert "Billing" in client.get("/moderation/boards").text
    assert client.submit(address, {"held": "newcomers", "first_posts": "2"}).status_code == 303
    with transaction():
        row = db.session.get_one(BoardScreening, board.id)
        assert (row.held, row.first_posts) == ("newcomers", 2)
    assert client.submit(address, {"held": "nobody", "first_posts": ""}).status_code == 303
    assert client.submit(address, {"held": "nobody", "first_posts": ""}).status_code == 303
    query = select(AuditEntry).where(AuditEntry.action == "screening.changed")
    entries = db.session.scalars(query.order_by(AuditEntry.id)).all()
    assert [entry.after for entry in entries] == [
        {"held": "newcomers", "first_posts": 2},
        {"held": "nobody", "first_posts": None},
    ]


@pytest.mark.parametrize("form", [{"held": "x"}, {"held": "nobody", "first_posts": "4"}])
def test_what_no_board_can_have_is_refused(client: ForumClient, form: dict[str, str]) -> None:
    board = make_board()
    client.sign_in(make_user(role="moderator"))
    address = f"/moderation/boards/{board.id}/screening"
    response = client.submit(address, {"first_posts": "", **form})
    assert response.status_code == 422
    assert "Choose whose texts wait" in response.text


def test_a_boards_moderators_change_their_board_alone(client: ForumClient) -> None:
    here, there = make_board("here"), make_board("there")
    client.sign_in(make_user(on={here.id: "moderator"}))
    page = client.get("/moderation/boards").text
    assert f"/moderation/boards/{here.id}/screening" in page
    assert f"/moderation/boards/{there.id}/screening" not in page
    form = {"held": "everybody", "first_posts": ""}
    assert client.submit(f"/moderation/boards/{here.id}/screening", form).status_code == 303
    assert client.submit(f"/moderation/boards/{there.id}/screening", form).status_code == 403


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_others_do_not_see_it(client: ForumClient, role: str) -> None:
    board = make_board()
    client.sign_in(make_user(role=role))
    for address in ("/moderation/boards", f"/moderation/boards/{board.id}/screening"):
        assert client.get(address).status_code == 403


def started(page: str) -> str:
    found = re.search(r'name="started" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("seconds", "leads_to"), [(2, "/held-posts/"), (4, "/questions/")])
def test_a_first_question_is_timed(
    app: Flask, client: ForumClient, seconds: int, leads_to: str
) -> None:
    board = make_board()
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as now:
        client.sign_in(make_user())
        mark = started(client.get("/questions/new").text)
        now.shift(seconds)
        form = {**FORM, "board": board.slug, "tags": "", "started": mark}
        assert (client.submit("/questions", form).location or "").startswith(leads_to)


def test_a_refused_form_keeps_its_time(client: ForumClient) -> None:
    board = make_board()
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as now:
        client.sign_in(make_user())
        mark = started(client.get("/questions/new").text)
        now.shift(30)
        form = {"title": "Too short", "body": "x", "board": board.slug, "started": mark}
        assert started(client.submit("/questions", form).text) == mark


@pytest.mark.parametrize("mark", ["", "1767614400000.forged"])
def test_an_unknown_time_is_not_a_short_one(client: ForumClient, mark: str) -> None:
    client.sign_in(make_user())
    form = {**FORM, "board": make_board().slug, "tags": "", "started": mark}
    assert (client.submit("/questions", form).location or "").startswith("/questions/")


def test_first_answers_and_comments_are_timed_too(client: ForumClient) -> None:
    question = make_question()
    answer = make_answer(question)
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as now:
        client.sign_in(make_user(points=50))
        mark = started(client.get(f"/questions/{question.id}/{question.slug}").text)
        now.shift(1)
        for address in (f"/questions/{question.id}/answers", f"/posts/{answer.id}/comments"):
            body = f"Take the card out and put it in again: {address}"
            response = client.submit(address, {"body": body, "started": mark})
            assert (response.location or "").startswith("/held-posts/")
