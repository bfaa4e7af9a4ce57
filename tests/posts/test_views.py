"""Preview, drafts and history as pages."""

import re

import pytest
from flask_security import hash_password
from sqlalchemy import select, update

from community.core.db import db, transaction
from community.posts.models import Draft
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    days_ago,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.factories.editing import edit_question, edit_reply


def _drafts() -> list[Draft]:
    with transaction():
        return list(db.session.scalars(select(Draft)))


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_preview_is_what_will_be_shown(client, signed_in):
    if signed_in:
        client.sign_in(make_user())
    response = client.submit("/preview", {"body": "**bold** <b>not</b>\r\n\r\n`code`"})
    assert response.status_code == 200
    assert "<strong>bold</strong> &lt;b&gt;not&lt;/b&gt;" in response.text
    assert "<html" not in response.text


@pytest.mark.parametrize("body", ["", "  ", "x" * 30_001, "NUL \0"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_cannot_be_previewed_is_explained(client, body, language):
    headers = {"Accept-Language": language}
    response = client.submit("/preview", {"body": body}, headers=headers)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert "<html" not in response.text


def test_a_member_keeps_and_drops_a_draft(client):
    client.sign_in(make_user())
    saved = client.submit("/drafts", {"place": "answer:7", "body": "Half an answer"})
    assert saved.status_code == 200
    assert saved.json["saved_at"]
    assert [(draft.place, draft.body) for draft in _drafts()] == [("answer:7", "Half an answer")]
    response = client.delete("/drafts/answer:7", headers={"X-CSRFToken": client.csrf_token()})
    assert response.status_code == 204
    assert _drafts() == []


def test_a_draft_is_dropped_without_javascript_too(client):
    client.sign_in(make_user())
    client.submit("/drafts", {"place": "ask", "body": "Half a question"})
    assert client.remove("/drafts/ask").status_code == 303
    assert _drafts() == []
    assert client.submit("/drafts/ask").status_code == 405


def test_guests_cannot_fill_the_drafts(client):
    response = client.submit("/drafts", {"place": "ask", "body": "From nobody"})
    assert response.status_code in (302, 303, 401)
    assert _drafts() == []


def test_nobody_drops_somebody_elses_draft(client, app):
    owner = make_user()
    client.sign_in(owner).submit("/drafts", {"place": "ask", "body": "Mine"})
    app.test_client().sign_in(make_user()).remove("/drafts/ask")
    app.test_client().remove("/drafts/ask")
    assert len(_drafts()) == 1


def test_a_guests_question_survives_the_sign_in(client):
    make_board("network")
    make_user(email="ann@example.org", password=hash_password("correct horse battery"))
    form = {"title": "Typed before signing in", "body": "All these words.", "board": "network"}
    response = client.submit("/questions", form)
    assert response.status_code == 303
    assert "/sign-in" in response.location
    assert "Typed before signing in" in client.get("/questions/new").text
    credentials = {"email": "ann@example.org", "password": "correct horse battery"}
    signed_in = client.submit(response.location, credentials)
    assert signed_in.location == "/questions/new"
    page = client.get("/questions/new").text
    assert "Typed before signing in" in page
    assert "All these words." in page
    form["body"] = "All these words, and some more to make a question."
    posted = client.submit("/questions", {**form, "language": "en"})
    assert f"/questions/{_newest_id()}" in posted.location
    assert _drafts() == []


def _newest_id() -> int:
    with transaction():
        return db.session.scalars(select(Question.id).order_by(Question.id.desc())).first() or 0


def _edited_question(asker):
    question = make_question(asker, title="My phone has no signal", tags="sim")
    with transaction():
        db.session.execute(
            update(Question.__table__.metadata.tables["posts"]).values(created_at=days_ago(0.5))
        )
    with transaction():
        edit_question(
            asker,
            lock_question(question.id),
            title="My phone has no signal at home",
            body="It worked yesterday. I restarted it thrice and nothing changed.",
            tags="sim, home",
            note="Said where",
        )
    return question


def test_the_history_names_editors_and_shows_what_changed(client):
    asker = make_user("Ada Lovelace")
    question = _edited_question(asker)
    page = client.get(f"/posts/{question.id}/history").text
    assert "Ada Lovelace" in page
    assert "Said where" in page
    assert "<del>twice</del>" in page
    assert "<ins>thrice</ins>" in page
    assert "at home" in page
    assert page.count('<h2 id="version-') == 2


def test_a_post_never_edited_has_one_version(client):
    answer = make_answer(make_question())
    page = client.get(f"/posts/{answer.id}/history")
    assert page.status_code == 200
    assert page.text.count('<h2 id="version-') == 1


def test_long_histories_have_pages(client):
    moderator, question = make_user(role="moderator"), make_question()
    answer = make_answer(question)
    for number in range(23):
        with transaction():
            edit_reply(
                moderator if number % 2 else make_user(role="moderator"),
                lock_question(question.id),
                db.session.get_one(type(answer), answer.id),
                body=f"Switch flight mode on and off, version {number}.",
            )
    numbers: list[str] = []
    url = f"/posts/{answer.id}/history"
    for _ in range(5):
        page = client.get(url).text
        numbers += [part.split('"')[0] for part in page.split('<h2 id="version-')[1:]]
        older = re.search(r'href="([^"]*)" rel="next"', page)
        if older is None:
            break
        url = older[1]
    assert numbers == [str(number) for number in range(24, 0, -1)]


@pytest.mark.parametrize("visibility", ["held", "hidden", "deleted"])
def test_the_history_of_removed_posts_is_for_moderators(client, visibility):
    moderator = make_user(role="moderator")
    question = _edited_question(make_user())
    set_post_visibility(question, visibility, moderator)
    url = f"/posts/{question.id}/history"
    assert client.get(url).status_code == 404
    assert client.sign_in(make_user()).get(url).status_code == 404
    assert client.sign_in(moderator).get(url).status_code == 200
