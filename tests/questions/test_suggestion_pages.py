"""Suggesting a change and deciding about it, page by page."""

import pytest
from flask import Flask

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts import screening
from community.posts.models import Post, SuggestedEdit
from community.posts.screening import Finding, Submission
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import accept_suggestion
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.suggestions import BODY, hold_edit, make_suggestion

CLEARER = "It worked yesterday. I restarted it twice and removed the card, in vain."
WAIT = "This text waits because it says wombat."


def author_of(post: Post) -> User:
    return load_user(post.author_id)


def bell(client: ForumClient, user: User) -> str:
    run_due_jobs()
    return client.sign_in(user).get("/notifications").text


def test_a_member_suggests_and_the_author_takes_it(client: ForumClient) -> None:
    question, member = make_question(tags="sim"), make_user("Robin")
    client.sign_in(member)
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert f"/posts/{question.id}/suggestions/new" in page
    assert f"/posts/{question.id}/revisions/new" not in page
    assert question.body in client.get(f"/posts/{question.id}/suggestions/new").text
    form = {"title": question.title, "body": CLEARER, "tags": "sim", "note": "Said more"}
    made = client.submit(f"/posts/{question.id}/suggestions", form, follow_redirects=True)
    assert "Thank you. You are told what becomes of it." in made.text
    assert "card" in made.text.split("What changes")[1]
    address = made.request.path

    assert "Somebody suggests a change to what you wrote" in bell(client, author_of(question))
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert "1 suggested change waits for your word" in page
    assert "Said more" in client.get(address).text
    taken = client.submit(f"{address}/decision", {"decision": "accept"})
    assert taken.location == f"/questions/{question.id}/{question.slug}"
    assert reload(question).body == CLEARER
    assert "The change you suggested was accepted" in bell(client, member)
    assert "accepted by" in client.get(f"/posts/{question.id}/history").text


def test_a_refusal_needs_a_reason_which_is_read(client: ForumClient) -> None:
    question, member = make_question(), make_user()
    made = make_suggestion(member, question, CLEARER)
    client.sign_in(author_of(question))
    address = f"/suggestions/{made.id}"
    refused = client.submit(f"{address}/decision", {"decision": "refuse", "reason": ""})
    assert refused.status_code == 422
    client.submit(
        f"{address}/decision", {"decision": "refuse", "reason": "I took it out <b>once</b>"}
    )
    assert "The change you suggested was refused. Read why" in bell(client, member)
    page = client.get(address).text
    assert "I took it out &lt;b&gt;once&lt;/b&gt;" in page
    assert "Take the change" not in page


def test_it_is_taken_back(client: ForumClient) -> None:
    made = make_suggestion(make_user(), make_question(), CLEARER)
    client.sign_in(load_user(made.author_id))
    client.remove(f"/suggestions/{made.id}/decision")
    assert reload(made).state == "withdrawn"
    assert client.remove(f"/suggestions/{made.id}/decision").status_code == 403


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"note": ""}, 422, "Please write something."),
        ({"body": "Short"}, 422, "at least 20 characters"),
        ({"body": "Call me at 0171 2345678, that is quicker."}, 422, "Masked, it would look like"),
        ({"based_on": "2001-01-01T00:00:00+00:00"}, 409, "Text as it is now"),
        ({"preview": "1"}, 200, "<strong>bold</strong>"),
    ],
)
def test_nothing_typed_is_lost(
    client: ForumClient, form: dict[str, str], status: int, words: str
) -> None:
    question = make_question()
    client.sign_in(make_user())
    sent = {
        "title": question.title,
        "body": f"{CLEARER} **bold**",
        "tags": "",
        "note": "Why",
        **form,
    }
    response = client.submit(f"/posts/{question.id}/suggestions", sent)
    assert response.status_code == status
    assert words in response.text
    assert sent["body"] in response.text
    assert f"/posts/{question.id}/suggestions" in response.text


def test_too_many_a_day_say_when_to_come_back(app: Flask, client: ForumClient) -> None:
    member = make_user()
    client.sign_in(member)
    limit = app.config["SETTINGS"].suggestions_per_day
    for _number in range(limit):
        make_suggestion(member, make_question(), CLEARER)
    question = make_question()
    form = {"title": question.title, "body": CLEARER, "tags": "", "note": "Why"}
    response = client.submit(f"/posts/{question.id}/suggestions", form)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 80_000
    assert CLEARER in response.text


def test_what_was_changed_meanwhile_is_shown_beside_it(client: ForumClient) -> None:
    question = make_question(body="One line of it.\n\nAnother line.\n\nThe last line of it.")
    made = make_suggestion(
        make_user(), question, "One better line.\n\nAnother line.\n\nThe last line of it."
    )
    client.sign_in(author_of(question))
    form = {"title": question.title, "tags": ""}
    newer = "One line of it.\n\nAnother line.\n\nThe newest line of it."
    client.submit(f"/posts/{question.id}/revisions", {**form, "body": newer})
    page = client.get(f"/suggestions/{made.id}").text
    assert "The post has changed meanwhile" in page
    same = "Another first line.\n\nAnother line.\n\nThe last line of it."
    client.submit(f"/posts/{question.id}/revisions", {**form, "body": same})
    page = client.get(f"/suggestions/{made.id}").text
    assert "this suggestion does not fit it now" in page
    assert "Take the change" not in page
    response = client.submit(f"/suggestions/{made.id}/decision", {"decision": "accept"})
    assert response.status_code == 409
    run_due_jobs()
    assert reload(made).state == "outdated"
    assert "The post changed before" in bell(client, load_user(made.author_id))


def test_the_list_holds_what_concerns_the_viewer(client: ForumClient) -> None:
    mine, member = make_question(title="A question of my own here"), make_user()
    make_suggestion(member, mine, CLEARER)
    hold_edit(make_user(), mine, f"{CLEARER} wombat")
    other = make_suggestion(make_user(), make_question(title="Of somebody else entirely"), CLEARER)
    for person in (author_of(mine), member):
        page = client.sign_in(person).get("/suggestions").text
        assert page.count("A question of my own here") == 1
        assert "Of somebody else entirely" not in page
    assert client.get(f"/suggestions/{other.id}").status_code == 404


def test_who_may_not_see_it_finds_nothing(client: ForumClient) -> None:
    question, member = make_question(board=make_board(audience="members")), make_user()
    made, held = make_suggestion(member, question, CLEARER), hold_edit(make_user(), question, WAIT)
    seen = {"author": made, "agent": made, "moderator": held, "outsider": None}
    people = {
        "author": author_of(question),
        "agent": make_user(role="agent"),
        "moderator": make_user(role="moderator"),
        "outsider": make_user(),
    }
    for name, person in people.items():
        client.sign_in(person)
        for suggestion in (made, held):
            visible = name == "moderator" or (suggestion is made and seen[name] is made)
            found = client.get(f"/suggestions/{suggestion.id}").status_code
            assert found == (200 if visible else 404), name
    set_post_visibility(question, "hidden", people["moderator"])
    assert client.sign_in(member).get(f"/suggestions/{made.id}").status_code == 404


def test_comments_and_own_posts_are_not_suggested_for(client: ForumClient) -> None:
    question = make_question()
    comment = make_comment(question, question, make_user(), "Which phone is it, please?")
    client.sign_in(author_of(question))
    for post in (question, comment):
        assert client.get(f"/posts/{post.id}/suggestions/new").status_code == 403


def test_an_edit_that_waits_leaves_the_public_text_and_is_its_authors_to_read(
    app: Flask, client: ForumClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold_wombats(submission: Submission) -> Finding | None:
        return Finding("links") if "wombat" in submission.body else None

    question = make_question()
    make_answer(question)
    monkeypatch.setattr(screening, "_screens", [hold_wombats])
    client.sign_in(author_of(question))
    form = {"title": question.title, "body": WAIT, "tags": ""}
    page = client.submit(f"/posts/{question.id}/revisions", form, follow_redirects=True).text
    assert "until then everybody sees the text as it was" in page
    assert "A change of yours waits; until then everybody sees this text." in page
    assert question.body in page
    assert "wombat" not in page
    assert WAIT in client.get(f"/posts/{question.id}/revisions/new").text
    waiting = SuggestedEdit(id=1)
    own = client.get(f"/suggestions/{waiting.id}").text
    assert "A moderator looks at this first" in own
    assert "wombat" in own
    assert "wombat" not in client.sign_out().get(f"/questions/{question.id}/{question.slug}").text
    moderator = make_user(role="moderator")
    client.sign_in(moderator)
    assert client.submit("/suggestions/1/decision", {"decision": "accept"}).status_code == 403
    with transaction():
        locked = lock_question(question.id)
        accept_suggestion(moderator, locked, locked, db.session.get_one(SuggestedEdit, 1))
    assert reload(question).body == WAIT
    assert "Your changed text is published" in bell(client, author_of(question))


def test_somebody_elses_edit_in_between_shows_in_the_form_that_comes_back(
    client: ForumClient,
) -> None:
    answer = make_answer(make_question())
    client.sign_in(make_user())
    form = {"body": BODY, "note": "Why", "based_on": "2001-01-01T00:00:00+00:00"}
    assert answer.body in client.submit(f"/posts/{answer.id}/suggestions", form).text
