"""Addresses, pages and notifications after questions were merged and split."""

import pytest

from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.posts.models import Post
from community.posts.operations import give_kudos
from community.questions.queries.lists import Wanted, page_of_questions
from community.search.analysis import terms
from community.search.documents import load_documents
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.notifications.telling import told
from tests.questions.test_regrouping import merge, undo

pytestmark = pytest.mark.usefixtures("app")

TEXT = "Take the SIM out, wait a minute and put it back in again."


@pytest.fixture
def merged(app):
    source, target = make_question(tags="esim"), make_question()
    answer = make_answer(source)
    moderator = make_user(role="moderator")
    merge(moderator, source, target)
    return source, target, answer, moderator


def test_addresses_lead_to_the_other_question(client, merged):
    source, target, answer, moderator = merged
    for address in (f"/questions/{source.id}", f"/questions/{source.id}/{source.slug}"):
        moved = client.get(address)
        assert moved.status_code == 301
        # Without a fragment: browsers keep the reader's own, which names an answer.
        assert moved.location == f"/questions/{target.id}/{target.slug}"
        assert "private" in moved.headers["Cache-Control"]
    assert client.get(f"/posts/{source.id}").location == f"/questions/{target.id}/{target.slug}"
    assert client.get(f"/posts/{answer.id}").location.endswith(f"#answer-{answer.id}")
    undo(moderator)
    assert client.get(f"/questions/{source.id}/{source.slug}").status_code == 200


def test_the_text_is_quoted_on_the_other_page(client, merged):
    source, target, answer, _moderator = merged
    page = client.get(f"/questions/{target.id}/{target.slug}").text
    assert f'id="question-{source.id}"' in page
    assert source.title in page
    assert answer.body in page


def test_a_hidden_quotation_is_hidden_and_comes_back_as_one(client, merged):
    source, target, _answer, moderator = merged
    client.sign_in(moderator)
    address = f"/questions/{target.id}/{target.slug}"
    client.submit(f"/posts/{source.id}/hiding", {"reason": "Abuse"})
    assert source.title not in client.get(address).text
    client.remove(f"/posts/{source.id}/hiding", {"reason": "It was none"})
    assert source.title in client.get(address).text


def test_lists_feeds_and_tags_do_not_know_it_any_more(client, merged):
    source, _target, _answer, _moderator = merged
    rows = page_of_questions(GUEST, "en", Wanted()).rows
    assert source.id not in {row.id for row in rows}
    for address in ("/questions", "/feeds/questions.atom", "/sitemaps/questions-0.xml"):
        assert f"/questions/{source.id}/" not in client.get(address).text
    assert client.get("/tags/esim").status_code == 404


def test_a_text_typed_meanwhile_is_sent_to_the_other_question(client, merged):
    source, target, _answer, _moderator = merged
    client.sign_in(make_user())
    sent = client.submit(f"/questions/{source.id}/answers", {"body": TEXT})
    assert (sent.status_code, sent.location) == (308, f"/questions/{target.id}/answers")
    assert client.submit(sent.location, {"body": TEXT}).status_code == 303
    assert TEXT in client.get(f"/questions/{target.id}/{target.slug}").text


def test_who_may_not_see_the_other_question_finds_nothing(client):
    moderator = make_user(role="moderator")
    source, target = make_question(), make_question(moderator, make_board(audience="staff"))
    merge(moderator, source, target)
    missing = client.get("/questions/999999")
    found = client.get(f"/questions/{source.id}")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert client.get(f"/posts/{source.id}").status_code == 404


def test_the_asker_is_told_and_follows_the_other_question(client, merged):
    source, target, _answer, _moderator = merged
    asker = load_user(source.author_id)
    assert "moved" in told(asker)
    make_answer(target)
    assert told(asker)[-1] == "answer"
    client.sign_in(asker)
    assert f"/questions/{target.id}" in client.get("/notifications").text


def test_what_is_split_off_is_a_question_under_its_old_number_too(client):
    question = make_question()
    answer = make_answer(question)
    comment = make_comment(question, answer, make_user(role="moderator"), "Which phone is it?")
    client.sign_in(make_user(role="moderator"))
    done = client.submit(
        f"/questions/{question.id}/split",
        {
            "post": str(answer.id),
            "title": "A problem of its own that says more",
            "reason": "Another problem",
        },
    )
    assert done.status_code == 303
    page = client.get(done.location).text
    assert answer.body in page
    assert comment.body in page
    assert client.get(f"/posts/{answer.id}").location == done.location
    assert answer.body not in client.get(f"/questions/{question.id}/{question.slug}").text


def test_a_refused_form_keeps_what_was_typed(client):
    question = make_question()
    answer = make_answer(question)
    client.sign_in(make_user(role="moderator"))
    page = client.submit(f"/questions/{question.id}/merge", {"into": "nowhere", "reason": "x"})
    assert page.status_code == 422
    assert 'value="nowhere"' in page.text
    page = client.submit(
        f"/questions/{question.id}/split",
        {"post": str(answer.id), "title": "x", "reason": "Another"},
    )
    assert page.status_code == 422


def test_everything_can_be_done_and_undone_on_the_page(client):
    source, target = make_question(), make_question()
    answer = make_answer(source)
    client.sign_in(make_user(role="moderator"))
    client.submit(f"/questions/{source.id}/merge", {"into": f"#{target.id}", "reason": "Same"})
    tools = client.get(f"/posts/{source.id}/tools").text
    assert "Same" in tools
    client.remove("/regroupings/1", {"reason": "Not the same"})
    assert client.get(f"/questions/{source.id}/{source.slug}").status_code == 200
    client.submit(f"/posts/{answer.id}/kind", {"kind": "comment", "reason": "Short"})
    assert f'id="comment-{answer.id}"' in client.get(f"/questions/{source.id}/{source.slug}").text
    client.remove("/regroupings/2", {"reason": "Long"})
    assert f'id="answer-{answer.id}"' in client.get(f"/questions/{source.id}/{source.slug}").text


def test_notifications_lead_to_the_other_question_and_count_as_before(client):
    asker, helper = make_user(language="en"), make_user()
    source, target = make_question(asker), make_question(title="The one that all are part of")
    make_answer(source, helper)
    with transaction():
        give_kudos(make_user(points=5_000), db.session.get_one(Post, source.id))
    run_due_jobs()
    before = load_user(asker.id).unread_count
    assert before == 2
    moderator = make_user(role="moderator")
    merge(moderator, source, target)
    client.sign_in(asker)
    page = client.get("/notifications").text
    assert page.count("The one that all are part of") >= 2
    assert f'href="/questions/{target.id}#question-{source.id}"' in page
    assert load_user(asker.id).unread_count >= before


def test_notifications_stay_hidden_where_the_other_question_is(client):
    asker = make_user(language="en")
    source, target = make_question(asker), make_question(title="The one that all are part of")
    with transaction():
        give_kudos(make_user(points=5_000), db.session.get_one(Post, source.id))
    run_due_jobs()
    moderator = make_user(role="moderator")
    merge(moderator, source, target)
    set_post_visibility(target, "hidden", moderator)
    client.sign_in(asker)
    assert "The one that all" not in client.get("/notifications").text


def test_the_words_of_a_merged_question_find_the_other_one(app, merged):
    source, target, _answer, moderator = merged
    wanted = set(terms(source.title, "en"))
    (document,) = load_documents([source.id, target.id])
    assert document.question_id == target.id
    assert wanted <= set(document.body)
    undo(moderator)
    found = {one.question_id: one for one in load_documents([source.id, target.id])}
    assert set(found) == {source.id, target.id}
    assert wanted <= set(found[source.id].title)
    assert not wanted <= set(found[target.id].body)
