"""The ask form, the answer form and the comment form, as a browser without JavaScript uses them."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.posts.models import Comment
from community.questions.models import Answer, Question
from tests.factories.community import (
    days_ago,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)

TITLE = "My eSIM does not activate <b>here</b> & now"
TEXT = "I scanned the code **twice** and waited for an hour."


@pytest.fixture
def board(app):
    return make_board("esim", names={"de": "eSIM und Karten", "en": "eSIM and cards"})


@pytest.fixture
def limited(app, limits_on):
    """Limits hold, but nobody has to wait between two posts."""
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"],
        question_pause_seconds=0,
        post_pause_seconds=0,
        newcomer_question_pause_seconds=0,
        newcomer_post_pause_seconds=0,
        newcomer_replies_per_question=100,
        same_text_minutes=0,
    )


def _form(place, **values):
    form = {"title": TITLE, "body": TEXT, "tags": "eSIM, roaming", "board": place.slug}
    return {**form, "language": "en", **values}


def _count(model) -> int:
    with transaction():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_asking_leads_to_the_question(client, board):
    asker = make_user("Nora Lind")
    client.sign_in(asker)
    response = client.submit("/questions", _form(board))
    assert response.status_code == 303
    page = client.get(response.location)
    assert page.status_code == 200
    assert "My eSIM does not activate &lt;b&gt;here&lt;/b&gt; &amp; now" in page.text
    assert "<b>here</b>" not in page.text
    assert "<strong>twice</strong>" in page.text
    assert "/tags/esim" in page.text
    assert "Nora Lind" in page.text


def test_the_form_sent_twice_is_one_question(client, board):
    client.sign_in(make_user())
    form = _form(board, submission="abc123")
    first, second = client.submit("/questions", form), client.submit("/questions", form)
    assert first.location == second.location
    assert _count(Question) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Short"),
        ("title", "This title holds a \0 sign"),
        ("body", "No."),
        ("body", "x" * 30_001),
        ("body", "A text with a \0 in its middle"),
        ("tags", "one two three four five six"),
        ("tags", "nul\0tag"),
        ("board", ""),
        ("board", "nowhere"),
        ("board", "e\0sim"),
    ],
)
def test_a_refused_question_comes_back_with_its_text(client, board, field, value):
    client.sign_in(make_user())
    response = client.submit("/questions", _form(board, **{field: value}))
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert ("twice" in response.text) or field == "body"
    assert "does not activate" in response.text or field == "title"
    assert _count(Question) == 0


def test_a_form_once_refused_can_be_sent_again(client, board):
    client.sign_in(make_user())
    client.submit("/questions", _form(board, title="Short", submission="abc123"))
    response = client.submit("/questions", _form(board, submission="abc123"))
    assert response.status_code == 303
    assert _count(Question) == 1


def test_the_preview_needs_no_javascript(client, board):
    client.sign_in(make_user())
    response = client.submit("/questions", _form(board, preview="1"))
    assert response.status_code == 200
    assert "<strong>twice</strong>" in response.text
    assert _count(Question) == 0


@pytest.mark.parametrize("body", ["x" * 30_001, "\ufb2c" * 20_000, "nul \0 here, and some more"])
def test_a_preview_of_the_impossible_says_why(client, board, body):
    client.sign_in(make_user())
    question = make_question()
    for url in ("/questions", f"/questions/{question.id}/answers"):
        response = client.submit(url, _form(board, body=body, preview="1"))
        assert response.status_code == 422
        assert "-error" in response.text


def test_a_guests_question_waits_for_the_sign_in(client, board):
    response = client.submit("/questions", _form(board))
    assert response.status_code == 303
    assert response.location.startswith("/sign-in")
    client.get("/questions/new")
    page = client.get("/questions/new").text
    assert "does not activate" in page
    assert "twice" in page
    client.sign_in(make_user())
    assert "twice" in client.get("/questions/new").text


def test_a_guests_unstorable_text_is_refused_with_the_form(client, board):
    response = client.submit("/questions", _form(board, body="nul \0 here, and some more"))
    assert response.status_code == 422
    assert "does not activate" in response.text


def test_three_questions_on_the_first_day(client, board, limited):
    newcomer = make_user(created_at=days_ago(0.1))
    client.sign_in(newcomer)
    for number in range(3):
        form = _form(board, title=f"{TITLE} {number}")
        assert client.submit("/questions", form).status_code == 303
    response = client.submit("/questions", _form(board))
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "twice" in response.text
    assert "does not activate" in response.text
    assert _count(Question) == 3


def test_ten_posts_on_the_first_day(client, limited):
    newcomer = make_user(created_at=days_ago(0.1))
    first = make_question()
    client.sign_in(newcomer)
    for number in range(5):
        form = {"body": f"{TEXT} {number}"}
        assert client.submit(f"/questions/{first.id}/answers", form).status_code == 303
        assert client.submit(f"/posts/{first.id}/comments", form).status_code == 303
    response = client.submit(f"/questions/{first.id}/answers", {"body": TEXT})
    assert (response.status_code, "twice" in response.text) == (429, True)
    assert "Retry-After" in response.headers
    comment = client.submit(f"/posts/{first.id}/comments", {"body": "Is it so again?"})
    assert (comment.status_code, "Is it so again?" in comment.text) == (429, True)
    assert "Retry-After" in comment.headers


def test_old_members_and_staff_write_on(client, limited):
    question = make_question()
    for actor in (make_user(), make_user(role="agent", created_at=days_ago(0.1))):
        client.sign_in(actor)
        for number in range(11):
            form = {"body": f"{TEXT} {number}"}
            assert client.submit(f"/questions/{question.id}/answers", form).status_code == 303


def test_answering(client):
    question = make_question()
    helper = make_user("Ole Brandt")
    client.sign_in(helper)
    response = client.submit(f"/questions/{question.id}/answers", {"body": TEXT})
    assert response.status_code == 303
    page = client.get(response.location).text
    assert "Ole Brandt" in page
    assert "<strong>twice</strong>" in page
    assert reload(question).status == "answered"


@pytest.mark.parametrize("body", ["", "No.", "x" * 30_001, "nul \0 here, and some more"])
def test_a_refused_answer_comes_back_with_the_page(client, body):
    question = make_question()
    client.sign_in(make_user())
    response = client.submit(f"/questions/{question.id}/answers", {"body": body})
    assert response.status_code == 422
    assert 'id="reply-body-error"' in response.text
    assert body.replace("\0", "") in response.text.replace("\0", "").replace("\ufffd", "")
    assert _count(Answer) == 0


def test_previewing_an_answer_keeps_it_in_the_box(client):
    question = make_question()
    client.sign_in(make_user())
    form = {"body": TEXT, "preview": "1"}
    page = client.submit(f"/questions/{question.id}/answers", form)
    assert page.status_code == 200
    assert "<strong>twice</strong>" in page.text
    assert f">{TEXT}</textarea>" in page.text
    assert _count(Answer) == 0


def test_an_answer_to_what_is_gone_or_locked_is_not_lost(client):
    moderator, question = make_user(role="moderator"), make_question()
    client.sign_in(moderator)
    assert client.submit(f"/questions/{question.id}/lock", {"reason": "Noise"}).status_code == 303
    client.sign_in(make_user())
    refused = client.submit(f"/questions/{question.id}/answers", {"body": TEXT})
    assert (refused.status_code, TEXT in refused.text) == (403, True)
    lost = client.submit("/questions/999999/answers", {"body": TEXT})
    assert (lost.status_code, TEXT in lost.text) == (404, True)


def test_commenting_on_the_page_and_as_a_fragment(client):
    question = make_question()
    answer = make_answer(question)
    client.sign_in(make_user())
    response = client.submit(f"/posts/{answer.id}/comments", {"body": "That *worked*."})
    assert response.status_code == 303
    assert "#comment-" in response.location
    assert "<em>worked</em>" in client.get(response.location).text
    piece = client.submit(
        f"/posts/{answer.id}/comments", {"body": "And again."}, headers={"HX-Request": "true"}
    )
    assert piece.status_code == 200
    assert "And again." in piece.text
    assert "<html" not in piece.text
    assert _count(Comment) == 2


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("body", ["x" * 601, "nul \0 here"])
def test_a_refused_comment_comes_back_in_its_own_form(client, headers, body):
    question = make_question()
    answer, other = make_answer(question), make_answer(question)
    client.sign_in(make_user())
    response = client.submit(f"/posts/{answer.id}/comments", {"body": body}, headers=headers)
    assert response.status_code == 422
    assert f'id="comment-on-{answer.id}-error"' in response.text
    assert f'id="comment-on-{other.id}-error"' not in response.text
    form = response.text.partition(f'id="comment-on-{answer.id}"')[2].partition("</textarea>")[0]
    assert form.endswith(body.replace("\0", "")[-8:]) or "nul" in form


def test_a_comment_on_a_later_page_stays_with_its_answer(client):
    question = make_question()
    answers = [make_answer(question) for _ in range(32)]
    client.sign_in(make_user())
    last = answers[-1]
    headers = {"HX-Request": "true"}
    piece = client.submit(f"/posts/{last.id}/comments", {"body": "Thanks!"}, headers=headers)
    assert f'id="comments-{last.id}"' in piece.text
    assert "Thanks!" in piece.text
    refused = client.submit(f"/posts/{last.id}/comments", {"body": "x" * 601})
    assert f'id="comment-on-{last.id}-error"' in refused.text


def test_an_eleventh_comment_is_refused_with_its_text(client):
    question = make_question()
    for _ in range(10):
        make_comment(question, question, make_user(), "Same here.")
    client.sign_in(make_user())
    response = client.submit(f"/posts/{question.id}/comments", {"body": "Here as well!"})
    assert (response.status_code, "Here as well!" in response.text) == (409, True)


@pytest.mark.parametrize(("language", "words"), [("de", "eSIM und Karten"), ("en", "eSIM and")])
def test_the_readers_language_is_spoken(client, board, language, words):
    question = make_question(board=board)
    url = f"/questions/{question.id}/{question.slug}"
    page = client.get(url, headers={"Accept-Language": language}).text
    assert f'<html lang="{language}"' in page
    assert words in unescape(page)


def test_an_old_or_missing_slug_leads_to_the_present_address(client):
    question = make_question(title="Wo ist die Rechnung für März?")
    assert question.slug == "wo-ist-die-rechnung-fuer-maerz"
    right = f"/questions/{question.id}/{question.slug}"
    for wrong in (f"/questions/{question.id}", f"/questions/{question.id}/something-else"):
        response = client.get(wrong)
        assert (response.status_code, response.location) == (301, right)
    assert client.get(f"{right}?after=x").status_code == 200
    moved = client.get(f"/questions/{question.id}?after=x")
    assert moved.location == f"{right}?after=x"
    canonical = re.search(r'<link rel="canonical" href="([^"]+)"', client.get(right).text)
    assert canonical
    assert canonical[1] == f"http://localhost{right}"


@pytest.mark.parametrize(
    "url",
    [
        "/questions/0",
        "/questions/99999999999999999999",
        "/questions/9223372036854775807",
        "/questions/-1",
        "/boards/%00",
        "/boards/nowhere",
        "/tags/%00",
        "/tags/nothing",
        "/questions?show=everything",
        "/questions?show=mine",
    ],
)
def test_nothing_there_is_not_found(client, url):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "cursor", ["x", "--5.W10", "\u0663.x", "1.eyJ9", "-1.WzEsMl0", "9.WzFlOTksMV0"]
)
def test_a_broken_cursor_means_the_first_page(client, cursor):
    question = make_question()
    url = f"/questions/{question.id}/{question.slug}"
    assert client.get(url, query_string={"after": cursor}).status_code == 200
    assert client.get("/questions", query_string={"before": cursor}).status_code == 200
