"""What a viewer may not see is not found, and counts nowhere."""

import re

import pytest

from community.core.db import db, transaction
from community.posts.operations import give_kudos
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    set_post_visibility,
)

REMOVED = ("held", "hidden", "deleted")
ADDRESSES = (
    ("GET", "/questions/{id}"),
    ("GET", "/posts/{id}/history"),
    ("GET", "/posts/{id}/revisions/new"),
    ("POST", "/posts/{id}/revisions"),
    ("POST", "/posts/{id}/tags"),
    ("GET", "/posts/{id}/tags"),
    ("POST", "/posts/{id}/kudos"),
    ("DELETE", "/posts/{id}/kudos"),
    ("POST", "/posts/{id}/comments"),
    ("POST", "/posts/{id}/hiding"),
    ("DELETE", "/posts/{id}"),
    ("POST", "/answers/{id}/acceptance"),
    ("DELETE", "/answers/{id}/acceptance"),
    ("POST", "/questions/{id}/answers"),
    ("POST", "/questions/{id}/me-too"),
    ("POST", "/questions/{id}/closure"),
    ("POST", "/questions/{id}/lock"),
    ("POST", "/questions/{id}/info-request"),
    ("POST", "/questions/{id}/watch"),
)
NOBODYS = 99_999
TEXT = "Take the SIM out, wait a minute and put it back in again."


def _ask(client, method, url):
    if method == "GET":
        return client.get(url)
    form = {"body": TEXT, "note": "Which one?", "reason": "policy"}
    return (client.remove if method == "DELETE" else client.submit)(url, form)


def _bare(response, post_id):
    """Return a page without what differs from one request to the next."""
    text = re.sub(r'nonce="[^"]+"|value="[^"]{20,}"|content="[0-9a-f]{16}"', "", response.text)
    text = text.replace(response.headers["X-Request-Id"], "")
    # Only where an id can stand: in an address or a name, not in "initial-scale=1".
    return re.sub(rf"([a-z][/-]){post_id}\b", r"\1ID", text)


def _assert_not_there(client, post_id):
    for method, url in ADDRESSES:
        found = _ask(client, method, url.format(id=post_id))
        nothing = _ask(client, method, url.format(id=NOBODYS))
        assert (found.status_code, method, url) == (nothing.status_code, method, url)
        assert _bare(found, post_id) == _bare(nothing, NOBODYS)


@pytest.mark.parametrize("visibility", REMOVED)
def test_removed_posts_are_as_if_never_written(client, visibility):
    moderator, asker = make_user(role="moderator"), make_user()
    question, other = make_question(asker), make_question(asker)
    answer, under = make_answer(question), make_answer(other)
    comment = make_comment(other, under, make_user(), "Only a remark")
    deep = make_comment(question, answer, make_user(), "A remark further down")
    set_post_visibility(question, visibility, moderator)
    set_post_visibility(under, visibility, moderator)
    for viewer in (make_user(), make_user(role="agent"), asker):
        client.sign_in(viewer)
        for post in (question, answer, deep, under, comment):
            # Who wrote what waits is told so, and may change it.
            if visibility != "held" or post.author_id != viewer.id:
                _assert_not_there(client, post.id)


@pytest.mark.parametrize("audience", ["members", "staff"])
def test_boards_of_others_are_as_if_not_there(client, audience):
    insider = make_user(role="agent")
    board = make_board("lounge", audience=audience, names={"en": "Inner circle", "de": "Innen"})
    question = make_question(insider, board, title="A secret among ourselves", tags="hushhush")
    answer = make_answer(question, make_user("Quiet Helper"))
    if audience == "staff":
        client.sign_in(make_user())
        for post in (question, answer):
            _assert_not_there(client, post.id)
    for url in ("/", "/questions", "/tags", "/questions/new", f"/users/{insider.id}"):
        page = client.get(url).text
        for secret in ("A secret among ourselves", "hushhush", "Inner circle"):
            assert secret not in page, (url, secret)
    for url, nothing in (
        ("/boards/lounge", "/boards/nowhere"),
        ("/tags/hushhush", "/tags/nothing"),
        (f"/questions/{question.id}", "/questions/99999"),
    ):
        assert client.get(url).status_code == client.get(nothing).status_code == 404
    client.sign_in(make_user(role="admin"))
    assert "A secret among ourselves" in client.get("/boards/lounge").text
    assert "hushhush" in client.get("/tags").text


def test_members_see_what_is_for_members(client):
    board = make_board("lounge", audience="members")
    question = make_question(make_user(), board, title="A secret among ourselves", tags="inside")
    client.sign_in(make_user())
    for url in ("/", "/questions", "/boards/lounge", "/tags/inside"):
        assert "A secret among ourselves" in client.get(url).text
    assert client.get(f"/questions/{question.id}/{question.slug}").status_code == 200


def test_tags_count_what_the_viewer_sees(client):
    make_question(tags="esim")
    make_question(make_user(), make_board(audience="members"), tags="esim")
    make_question(make_user(role="agent"), make_board(audience="staff"), tags="esim")
    seen = []
    for viewer in (None, make_user(), make_user(role="moderator")):
        if viewer:
            client.sign_in(viewer)
        seen.append(re.search(r"(\d) questions?</p>", client.get("/tags/esim").text)[1])
    assert seen == ["1", "2", "3"]


@pytest.mark.parametrize("visibility", REMOVED)
def test_removed_posts_leave_every_page_at_once(client, visibility):
    moderator, asker, helper = make_user(role="moderator"), make_user(), make_user("Ida Holm")
    board = make_board("net")
    question = make_question(asker, board, title="The one that will vanish", tags="gone")
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    with transaction():
        give_kudos(asker, db.session.merge(answer, load=True))
    pages = ("/", "/questions", "/boards/net", "/tags/gone", f"/users/{helper.id}?show=solved")
    assert all("The one that will vanish" in client.get(url).text for url in pages[:4])
    assert "Ida Holm" in client.get("/").text
    set_post_visibility(question, visibility, moderator)
    assert all("The one that will vanish" not in client.get(url).text for url in pages)
    assert "Ida Holm" not in client.get("/").text
    assert "gone" not in client.get("/tags").text
    with transaction():
        fresh = db.session.get(type(helper), helper.id, populate_existing=True)
    assert (fresh.solved_count, fresh.kudos_count) == (0, 0)


def test_a_hidden_answer_leaves_the_page_and_its_count(client):
    question = make_question()
    answer, other = make_answer(question), make_answer(question)
    comment = make_comment(question, answer, make_user(), "A remark below it")
    set_post_visibility(answer, "hidden", make_user(role="moderator"))
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert f"answer-{answer.id}" not in page
    assert comment.body not in page
    assert f"answer-{other.id}" in page
    with transaction():
        assert lock_question(question.id).answers_count == 1
