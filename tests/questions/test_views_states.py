"""Kudos, me too, accepting, closing, locking, editing and removing, without JavaScript."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.posts.models import Post, Revision, Vote
from community.questions.models import Closure, DuplicateLink
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

TEXT = "Take the SIM out, wait a minute and put it back in again."


def _only(model):
    with transaction():
        return db.session.scalars(select(model)).one()


def _page(client, question):
    return client.get(f"/questions/{question.id}", follow_redirects=True).text


def test_kudos_and_undo(client):
    question = make_question()
    client.sign_in(make_user())
    url = f"/posts/{question.id}/kudos"
    assert client.submit(url).status_code == 303
    assert reload(question).kudos_count == 1
    piece = client.remove(url, headers={"HX-Request": "true"})
    assert piece.status_code == 200
    assert 'aria-pressed="false"' in piece.text
    assert reload(question).kudos_count == 0


def test_kudos_can_be_taken_back_for_ten_minutes(client):
    question = make_question()
    client.sign_in(make_user())
    url = f"/posts/{question.id}/kudos"
    client.submit(url)
    with transaction():
        db.session.execute(update(Vote).values(created_at=clock.now() - timedelta(minutes=11)))
    assert client.remove(url).status_code == 409
    assert reload(question).kudos_count == 1


def test_own_kudos_are_refused(client):
    asker = make_user()
    question = make_question(asker)
    client.sign_in(asker)
    assert client.submit(f"/posts/{question.id}/kudos").status_code == 403


def test_me_too_and_back(client):
    question = make_question()
    client.sign_in(make_user())
    url = f"/questions/{question.id}/me-too"
    assert client.submit(url).status_code == 303
    assert reload(question).me_too_count == 1
    piece = client.remove(url, headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in piece.text
    assert reload(question).me_too_count == 0


def test_accepting_adding_replacing_and_taking_back(client):
    asker = make_user()
    question = make_question(asker)
    first, second = make_answer(question), make_answer(question)
    client.sign_in(asker)
    assert "This worked too" not in _page(client, question)
    assert client.submit(f"/answers/{first.id}/acceptance").status_code == 303
    assert "This worked too" in _page(client, question)
    assert client.submit(f"/answers/{second.id}/acceptance", {"also": "1"}).status_code == 303
    page = _page(client, question)
    assert page.count("post--accepted") == 2
    assert client.remove(f"/answers/{first.id}/acceptance").status_code == 303
    assert reload(question).status == "solved"
    assert client.submit(f"/answers/{first.id}/acceptance").status_code == 303
    assert _page(client, question).count("post--accepted") == 1
    assert client.remove(f"/answers/{first.id}/acceptance").status_code == 303
    assert reload(question).status == "answered"


def test_a_stranger_accepts_nothing(client):
    answer = make_answer(make_question())
    client.sign_in(make_user())
    assert client.submit(f"/answers/{answer.id}/acceptance").status_code == 403


def test_the_asker_resolves_and_reopens(client):
    asker = make_user()
    question = make_question(asker)
    client.sign_in(asker)
    page = _page(client, question)
    assert 'value="incident_over"' in page
    assert 'value="off_topic"' not in page
    assert 'name="duplicate_of"' not in page
    url = f"/questions/{question.id}/closure"
    form = {"reason": "incident_over", "note": "The mast was repaired."}
    assert client.submit(url, {"reason": "policy"}).status_code == 403
    assert client.submit(url, form).status_code == 303
    page = _page(client, question)
    assert "The mast was repaired." in page
    assert 'id="reply"' not in page
    assert client.submit(url, form).status_code == 409
    assert client.remove(url).status_code == 303
    assert reload(question).status == "open"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"reason": "because", "note": "Typed before"}, "reason"),
        ({"reason": "policy", "note": "Typed \0 before"}, "closure-note"),
        ({"reason": "duplicate", "note": "Typed before"}, "duplicate_of"),
        ({"reason": "duplicate", "note": "Typed before", "duplicate_of": "99999"}, "duplicate_of"),
        ({"reason": "duplicate", "note": "Typed before", "duplicate_of": "x"}, "duplicate_of"),
    ],
)
def test_a_refused_closure_keeps_its_form(client, form, field):
    question = make_question()
    client.sign_in(make_user(role="agent"))
    response = client.submit(f"/questions/{question.id}/closure", form)
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert "Typed" in response.text


@pytest.mark.parametrize(
    "form", ["{id}", " #{id} ", "/questions/{id}/slug", "http://a/questions/{id}?b#c"]
)
def test_a_duplicate_shows_its_original(client, form):
    question, original = make_question(), make_question(title="The one to read instead")
    client.sign_in(make_user(role="agent"))
    data = {"reason": "duplicate", "duplicate_of": form.format(id=original.id)}
    assert client.submit(f"/questions/{question.id}/closure", data).status_code == 303
    assert _only(DuplicateLink).original_id == original.id
    assert "The one to read instead" in _page(client.sign_out(), question)


def test_a_hidden_original_is_neither_named_nor_accepted(client):
    agent, moderator = make_user(role="agent"), make_user(role="moderator")
    question, original = make_question(), make_question(title="The one to read instead")
    client.sign_in(agent)
    data = {"reason": "duplicate", "duplicate_of": str(original.id)}
    client.submit(f"/questions/{question.id}/closure", data)
    set_post_visibility(original, "hidden", moderator)
    assert "The one to read instead" not in _page(client, question)
    other = make_question()
    assert client.submit(f"/questions/{other.id}/closure", data).status_code == 422


def test_an_original_on_a_staff_board_is_not_named_to_guests(client):
    question = make_question()
    original = make_question(
        make_user(role="agent"), make_board(audience="staff"), title="The one for our team"
    )
    client.sign_in(make_user(role="agent"))
    data = {"reason": "duplicate", "duplicate_of": str(original.id)}
    client.submit(f"/questions/{question.id}/closure", data)
    assert "The one for our team" in _page(client, question)
    assert "The one for our team" not in _page(client.sign_out(), question)


def test_more_facts_are_asked_for_and_given(client):
    asker = make_user()
    question = make_question(asker)
    client.sign_in(make_user(role="superuser"))
    url = f"/questions/{question.id}/info-request"
    refused = client.submit(url, {"note": "x" * 601})
    assert refused.status_code == 422
    assert "x" * 601 in refused.text
    assert 'id="info-note-error"' in refused.text
    assert client.submit(url, {"note": "nul \0 here"}).status_code == 422
    assert client.submit(url, {"note": "Which phone?"}).status_code == 303
    client.sign_in(asker)
    assert "Which phone?" in _page(client, question)
    client.submit(f"/posts/{question.id}/comments", {"body": "A Pixel 8."})
    assert "Which phone?" not in _page(client, question)


def test_locking_and_unlocking(client):
    question = make_question()
    client.sign_in(make_user(role="moderator"))
    url = f"/questions/{question.id}/lock"
    assert client.submit(url, {"reason": "\0"}).status_code == 422
    assert client.submit(url, {"reason": "Noise"}).status_code == 303
    assert 'id="reply"' not in _page(client, question)
    assert client.remove(url, {"reason": "Quiet again"}).status_code == 303
    assert 'id="reply"' in _page(client, question)
    client.sign_in(make_user(role="agent"))
    assert client.submit(url).status_code == 403


def _edit_form(client, post):
    page = client.get(f"/posts/{post.id}/revisions/new")
    based_on = page.text.partition('name="based_on" value="')[2].partition('"')[0]
    return page, based_on.replace("&#43;", "+")


def test_editing_a_question(client):
    asker = make_user()
    question = make_question(asker, tags="sim")
    with transaction():
        earlier = clock.now() - timedelta(minutes=30)
        db.session.execute(update(Post).values(created_at=earlier))
    client.sign_in(asker)
    page, based_on = _edit_form(client, question)
    assert page.status_code == 200
    form = {"title": "My phone has found a network", "body": TEXT, "tags": "sim, 5g"}
    response = client.submit(
        f"/posts/{question.id}/revisions", {**form, "based_on": based_on, "note": "Clearer"}
    )
    assert response.status_code == 303
    changed = reload(question)
    assert (changed.title, changed.slug) == (form["title"], "my-phone-has-found-a-network")
    assert _only(Revision).title == question.title
    assert f"/posts/{question.id}/history" in _page(client, question)
    history = client.get(f"/posts/{question.id}/history")
    assert "Clearer" in history.text


def test_two_editors_lose_nothing(client):
    author, moderator = make_user(), make_user(role="moderator")
    answer = make_answer(make_question(), author)
    url = f"/posts/{answer.id}/revisions"
    client.sign_in(author)
    _, based_on = _edit_form(client, answer)
    client.sign_in(moderator)
    client.submit(url, {"body": "The moderator wrote this in between.", "based_on": based_on})
    client.sign_in(author)
    mine = "This is what the author wrote meanwhile."
    refused = client.submit(url, {"body": mine, "based_on": based_on})
    assert refused.status_code == 409
    assert mine in refused.text
    assert "The moderator wrote this in between." in refused.text
    newer = refused.text.partition('name="based_on" value="')[2].partition('"')[0]
    assert newer != based_on
    saved = client.submit(url, {"body": mine, "based_on": newer.replace("&#43;", "+")})
    assert saved.status_code == 303
    assert reload(answer).body == mine


@pytest.mark.parametrize("body", ["", "x" * 30_001, "nul \0 here, and some more"])
def test_a_refused_edit_keeps_its_text(client, body):
    author = make_user()
    answer = make_answer(make_question(), author)
    client.sign_in(author)
    response = client.submit(f"/posts/{answer.id}/revisions", {"body": body, "note": "Why not"})
    assert response.status_code == 422
    assert "Why not" in response.text
    assert reload(answer).body == answer.body


def test_an_edit_is_previewed_only_by_those_who_may_edit(client):
    author = make_user()
    answer = make_answer(make_question(), author)
    form = {"body": f"{TEXT} **Now**", "preview": "1"}
    client.sign_in(author)
    assert "<strong>Now</strong>" in client.submit(f"/posts/{answer.id}/revisions", form).text
    client.sign_in(make_user())
    assert client.submit(f"/posts/{answer.id}/revisions", form).status_code == 403
    assert client.get(f"/posts/{answer.id}/revisions/new").status_code == 403


def test_the_edit_window_closes_after_a_day(client):
    author = make_user()
    answer = make_answer(make_question(), author)
    with transaction():
        db.session.execute(update(Post).values(created_at=days_ago(1.1)))
    client.sign_in(author)
    assert client.submit(f"/posts/{answer.id}/revisions", {"body": TEXT}).status_code == 403
    assert f"/posts/{answer.id}/revisions/new" not in client.get("/").text
    client.sign_in(make_user(role="moderator"))
    assert client.submit(f"/posts/{answer.id}/revisions", {"body": TEXT}).status_code == 303


def test_own_comments_can_be_edited_and_deleted_from_the_page(client):
    question, author = make_question(), make_user()
    comment = make_comment(question, question, author, "Same here.")
    client.sign_in(author)
    assert f"/posts/{comment.id}/revisions/new" in _page(client, question)
    response = client.submit(f"/posts/{comment.id}/revisions", {"body": "Not any more."})
    assert response.status_code == 303
    assert "Not any more." in _page(client, question)
    assert client.remove(f"/posts/{comment.id}").status_code == 303
    assert "Not any more." not in _page(client, question)
    assert reload(question).comments_count == 0


def test_deleting_an_own_question_says_so(client):
    asker = make_user()
    question = make_question(asker)
    client.sign_in(asker)
    assert f'action="/posts/{question.id}"' in _page(client, question)
    response = client.remove(f"/posts/{question.id}")
    assert response.status_code == 303
    assert "Deleted." in client.get(response.location).text
    assert client.get(f"/questions/{question.id}").status_code == 404
    assert client.remove(f"/posts/{question.id}").status_code == 404


def test_the_delete_button_goes_once_somebody_has_answered(client):
    asker = make_user()
    question = make_question(asker)
    make_answer(question, asker)
    client.sign_in(asker)
    assert f'action="/posts/{question.id}"' in _page(client, question)
    make_answer(question)
    assert f'action="/posts/{question.id}"' not in _page(client, question)
    assert client.remove(f"/posts/{question.id}").status_code == 403


def test_hiding_and_restoring(client):
    question = make_question()
    answer = make_answer(question)
    url = f"/posts/{answer.id}/hiding"
    client.sign_in(make_user(role="agent"))
    assert client.submit(url).status_code == 403
    client.sign_in(make_user(role="moderator"))
    assert client.submit(url, {"reason": "Advertisement"}).status_code == 303
    assert answer.body not in _page(client, question)
    assert client.remove(url, {"reason": "It was none"}).status_code == 303
    assert answer.body in _page(client, question)


def test_an_accepted_answer_above_a_closure_hides_the_note(client):
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    with transaction():
        db.session.add(
            Closure(question_id=question.id, reason="off_topic", note="W", closed_by_id=asker.id)
        )
    make_acceptance(answer, asker)
    assert "Does not belong here" not in _page(client, question)
