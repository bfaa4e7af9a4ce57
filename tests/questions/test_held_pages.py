"""What waits for a moderator: its author reads, changes and takes it back; nobody else sees it."""

import pytest
from flask import Flask

from community.identity.models import User
from community.posts import screening
from community.posts.screening import Finding, Submission
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)

WAIT = "This text waits because it says wombat."


def hold_wombats(submission: Submission) -> Finding | None:
    return Finding("first_post") if "wombat" in submission.body else None


@pytest.fixture(autouse=True)
def _screens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "_screens", [hold_wombats])


def author_of(question: Question) -> User:
    return load_user(question.author_id)


def test_who_asked_reads_that_it_waits_and_why(client: ForumClient) -> None:
    asker, board = make_user(), make_board()
    form = {"title": "A wombat sits on my router", "body": WAIT, "board": board.slug, "tags": ""}
    response = client.sign_in(asker).submit("/questions", form, follow_redirects=True)
    assert response.request.path.startswith("/held-posts/")
    assert "A moderator looks at it before others see it" in response.text
    assert "among the first texts of a new member" in response.text
    assert WAIT in response.text


def test_who_answered_is_led_to_what_waits(client: ForumClient) -> None:
    question, helper = make_question(), make_user()
    client.sign_in(helper)
    response = client.submit(f"/questions/{question.id}/answers", {"body": WAIT})
    assert "/held-posts/" in (response.location or "")
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert "1 text of yours here waits for a moderator" in page
    assert "wombat" not in page


def test_a_comment_sent_by_script_says_that_it_waits(client: ForumClient) -> None:
    question = make_question()
    client.sign_in(author_of(question))
    response = client.submit(
        f"/posts/{question.id}/comments", {"body": "A wombat!"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    assert "1 text of yours here waits for a moderator" in response.text
    assert "wombat" not in response.text


def test_the_list_holds_ones_own_alone(client: ForumClient) -> None:
    mine, theirs = make_question(body=WAIT), make_question(body=f"{WAIT} Theirs.")
    page = client.sign_in(author_of(mine)).get("/held-posts").text
    assert mine.title in page
    assert theirs.title not in page
    assert "Theirs." not in page


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_nobody_else_finds_it(client: ForumClient, role: str) -> None:
    question = make_question(body=WAIT)
    client.sign_in(make_user(role=role))
    missing = client.get("/held-posts/999999")
    for address in (f"/held-posts/{question.id}", f"/posts/{question.id}/revisions/new"):
        response = client.get(address)
        assert response.status_code == 404
        assert response.text.count("wombat") == 0
    assert missing.status_code == 404


def test_guests_are_asked_to_sign_in(client: ForumClient) -> None:
    question = make_question(body=WAIT)
    for address in ("/held-posts", f"/held-posts/{question.id}"):
        assert "/sign-in" in (client.get(address).location or "")


def test_moderators_of_the_board_read_it(client: ForumClient) -> None:
    question = make_question(body=WAIT)
    client.sign_in(make_user(on={question.board_id: "moderator"}))
    assert WAIT in client.get(f"/held-posts/{question.id}").text
    client.sign_in(make_user(on={make_board().id: "moderator"}))
    assert client.get(f"/held-posts/{question.id}").status_code == 404


def test_its_author_changes_it_and_it_goes_on_waiting(client: ForumClient) -> None:
    question = make_question(body=WAIT)
    client.sign_in(author_of(question))
    assert client.get(f"/posts/{question.id}/revisions/new").status_code == 200
    form = {"title": question.title, "body": "No animal is in here any more.", "tags": ""}
    response = client.submit(f"/posts/{question.id}/revisions", form)
    assert response.location == f"/held-posts/{question.id}"
    assert reload(question).visibility == "held"
    assert "No animal" in client.get(response.location).text


def test_its_author_takes_it_back(client: ForumClient) -> None:
    question = make_question()
    answer = make_answer(question, body=WAIT)
    client.sign_in(load_user(answer.author_id))
    response = client.remove(f"/posts/{answer.id}")
    assert response.location == f"/questions/{question.id}/{question.slug}"
    assert reload(answer).visibility == "deleted"
    assert client.get(f"/held-posts/{answer.id}").status_code == 404


def test_a_hidden_question_is_not_named_beside_what_was_for_it(client: ForumClient) -> None:
    question = make_question(title="Something that is hidden by now")
    answer = make_answer(question, body=WAIT)
    set_post_visibility(question, "hidden", make_user(role="moderator"))
    page = client.sign_in(load_user(answer.author_id)).get(f"/held-posts/{answer.id}").text
    assert WAIT in page
    assert "hidden by now" not in page
    assert question.slug not in page
