"""Attacks that worked once."""

import pytest
from flask import Flask
from sqlalchemy import update

from community.boards.operations import change_audience
from community.boards.policies import can_change_board
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.pagination import Cursor
from community.core.worker import run_due_jobs
from community.posts.operations import watch
from community.posts.text import parse_tags
from community.questions.models import Closure
from community.questions.operations.closures import close_question
from community.questions.operations.questions import lock_question
from community.questions.queries.lists import get_tag, list_helpers
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.pace import within


def test_a_megabyte_of_tags_costs_no_minutes() -> None:
    words = " ".join(str(number) for number in range(150_000))
    assert len(within(5, lambda: parse_tags(words))) == 150_000


@pytest.mark.parametrize("kudos", ["--5", "-", "-٣", "", "9" * 400])
def test_a_broken_place_among_answers_is_the_first_page(client: ForumClient, kudos: str) -> None:
    question = make_question()
    address = f"/questions/{question.id}/{question.slug}?after={kudos}.{Cursor(days_ago(1), 1)}"
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("unseen", ["hidden", "staff"])
def test_a_duplicate_does_not_name_an_unseen_original(client: ForumClient, unseen: str) -> None:
    agent, moderator = make_user(role="agent"), make_user(role="moderator")
    board = make_board(audience="staff" if unseen == "staff" else "public")
    original = make_question(agent, board, title="Nobody outside shall read this title")
    question = make_question()
    with transaction():
        close_question(moderator, lock_question(question.id), reason="duplicate", original=original)
    if unseen == "hidden":
        set_post_visibility(original, "hidden", moderator)
    page = client.get(f"/questions/{question.id}/{question.slug}")
    assert page.status_code == 200
    assert "Nobody outside" not in page.text
    assert f"/questions/{original.id}" not in page.text
    with transaction():
        db.session.execute(update(Closure).values(duplicate_of_id=make_question().id))
    assert "phone has no signal" in client.get(f"/questions/{question.id}/{question.slug}").text


def test_there_are_no_comments_on_comments(app: Flask) -> None:
    question, member = make_question(), make_user()
    comment = make_comment(question, question, member, "Which phone is it?")
    with pytest.raises(NotAllowed):
        make_comment(question, comment, member, "Why do you ask?")
    client = app.test_client().sign_in(member)
    answer = client.submit(f"/posts/{comment.id}/comments", {"body": "Why do you ask?"})
    assert answer.status_code == 403


def test_a_hidden_question_makes_nobody_a_helper_of_the_week(app: Flask) -> None:
    moderator = make_user(role="moderator")
    question = make_question()
    make_acceptance(make_answer(question), moderator)
    assert len(list_helpers(GUEST)) == 1
    set_post_visibility(question, "hidden", moderator)
    assert list_helpers(GUEST) == []


def test_tags_and_bells_follow_a_board_that_is_closed(app: Flask) -> None:
    admin, member = make_user(role="admin"), make_user()
    board = make_board()
    with transaction():
        watch(member.id, board_id=board.id)
    question = make_question(board=board, tags="merger")
    with transaction():
        watch(member.id, tag_id=get_tag(GUEST, "merger").id)
    run_due_jobs()
    assert reload(member).unread_count == 1
    with transaction():
        change_audience(admin, board, "staff")
    run_due_jobs()
    assert reload(member).unread_count == 0
    with pytest.raises(NotFound):
        get_tag(GUEST, "merger")
    client = app.test_client().sign_in(member)
    assert client.get(f"/questions/{question.id}").status_code == 404
    assert "merger" not in client.get("/preferences/notifications").text


def test_only_administrators_close_boards(app: Flask) -> None:
    for role in ("member", "superuser", "agent", "moderator"):
        person = make_user(role=role)
        assert not can_change_board(person)
        with pytest.raises(NotAllowed), transaction():
            change_audience(person, make_board(), "staff")


def test_what_caches_share_carries_no_nonce_and_no_cookie(client: ForumClient) -> None:
    question = make_question(tags="esim")
    assert question.id
    for address in ("/feeds/questions.atom", "/feeds/tags/esim.atom", "/sitemap.xml"):
        headers = client.get(address).headers
        assert "public" in headers["Cache-Control"]
        assert "nonce" not in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers


def test_reasons_with_characters_no_database_keeps_are_refused(app: Flask) -> None:
    moderator, question = make_user(role="moderator"), make_question()
    client = app.test_client().sign_in(moderator)
    for address in (f"/posts/{question.id}/hiding", f"/questions/{question.id}/lock"):
        assert client.submit(address, {"reason": "a\0b"}).status_code == 422
    edit = {"title": "A title that is long enough", "body": "x" * 30, "note": "a\0b"}
    assert client.submit(f"/posts/{question.id}/revisions", edit).status_code in (303, 422)
    assert reload(question).visibility == "published"
