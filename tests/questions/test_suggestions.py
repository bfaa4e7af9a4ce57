"""Suggested changes: made, taken, refused, withdrawn, carried over to a newer version."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from community.core.settings import current_settings
from community.identity.models import User
from community.identity.privileges import PrivilegeMissing
from community.posts import screening
from community.posts.errors import EditConflict, UnfitText
from community.posts.guard import PersonalDataFound
from community.posts.history import page_of_history
from community.posts.models import Post, Revision, SuggestedEdit
from community.posts.screening import HOLD, REVIEW, Finding, Submission, TextRefused
from community.questions.errors import (
    EnoughSuggestions,
    NothingSuggested,
    SuggestionDecided,
    SuggestionOutdated,
)
from community.questions.models import Question
from community.questions.operations import suggestions
from community.questions.operations.questions import lock_question, lock_writing
from tests.factories.community import (
    load_user,
    make_answer,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.editing import edit_question, edit_reply
from tests.factories.suggestions import BODY, hold_edit, make_suggestion
from tests.questions.told import told

FIRST = "It worked yesterday.\n\nI restarted it twice.\n\nNothing changed at all."
CLEARER = "It worked until yesterday.\n\nI restarted it twice.\n\nNothing changed at all."


@pytest.fixture
def site(app: Flask) -> Iterator[Callable[..., None]]:
    before = app.config["SETTINGS"]

    def change(**values: Any) -> None:
        app.config["SETTINGS"] = replace(before, **values)

    yield change
    app.config["SETTINGS"] = before


def question_of(author: User | None = None) -> Question:
    return make_question(author, body=FIRST, tags="sim")


def act(operation: Callable[..., None], actor: User, made: SuggestedEdit, *rest: str) -> None:
    """Decide about a suggestion as a request would."""
    with transaction():
        post = db.session.get_one(Post, made.post_id)
        question = lock_question(post.root_id or post.id)
        post = question if post.id == question.id else post
        operation(actor, question, post, db.session.get_one(SuggestedEdit, made.id), *rest)


def author_of(post: Post) -> User:
    return load_user(post.author_id)


def withdraw(actor: User, question: Question, post: Post, made: SuggestedEdit) -> None:
    suggestions.withdraw_suggestion(actor, question, made)


def test_the_author_takes_a_suggestion_and_it_is_credited_to_both(app: Flask) -> None:
    question, member = question_of(), make_user()
    made = make_suggestion(member, question, CLEARER, note="When it began")
    assert reload(question).body == FIRST
    act(suggestions.take_suggestion, author_of(question), made)
    changed = reload(question)
    assert (changed.body, changed.edited_by_id) == (CLEARER, member.id)
    assert reload(made).state == "accepted"
    with transaction():
        [kept] = db.session.scalars(select(Revision)).all()
        assert (kept.body, kept.note, kept.author_id) == (
            FIRST,
            "When it began",
            question.author_id,
        )
        [newest, first] = page_of_history(member, question.id).changes
        assert newest.version.editor.id == member.id
        assert newest.version.accepted_by is not None
        assert newest.version.accepted_by.id == question.author_id
        assert first.version.accepted_by is None
    assert [event["actor_id"] for event in told("PostEdited")] == [member.id]
    assert told("EditDecided")[0]["outcome"] == "accepted"


def test_title_and_tags_are_suggested_too(app: Flask) -> None:
    question = question_of()
    made = make_suggestion(
        make_user(), question, FIRST, title="No signal since the update of Monday", tags="sim, ios"
    )
    act(suggestions.take_suggestion, author_of(question), made)
    changed = reload(question)
    assert changed.title == "No signal since the update of Monday"
    assert changed.slug == "no-signal-since-the-update-of-monday"


def test_a_refusal_says_why_and_changes_nothing(app: Flask) -> None:
    question = question_of()
    made = make_suggestion(make_user(), question, CLEARER)
    with pytest.raises(ReasonUnfit) as refusal:
        act(suggestions.refuse_suggestion, author_of(question), made, " ")
    assert set(refusal.value.errors) == {"reason"}
    act(suggestions.refuse_suggestion, author_of(question), made, "It was like this.")
    assert reload(question).body == FIRST
    refused = reload(made)
    assert (refused.state, refused.reason) == ("refused", "It was like this.")


@pytest.mark.parametrize("operation", [suggestions.take_suggestion, withdraw])
def test_what_is_decided_is_decided_once(app: Flask, operation: Callable[..., None]) -> None:
    question, member = question_of(), make_user()
    made = make_suggestion(member, question, CLEARER)
    act(suggestions.refuse_suggestion, author_of(question), made, "It was like this.")
    actor = member if operation is withdraw else author_of(question)
    with pytest.raises((SuggestionDecided, NotAllowed)):
        act(operation, actor, made)
    assert reload(made).state == "refused"
    assert len(told("EditDecided")) == 1


def test_others_neither_decide_nor_withdraw(app: Flask) -> None:
    question, member = question_of(), make_user()
    made = make_suggestion(member, question, CLEARER)
    for other in (make_user(points=5_000), member, make_user(role="agent")):
        with pytest.raises(NotAllowed):
            act(suggestions.take_suggestion, other, made)
        with pytest.raises(NotAllowed):
            act(suggestions.refuse_suggestion, other, made, "No")
    with pytest.raises(NotAllowed):
        act(withdraw, author_of(question), made)
    act(withdraw, member, made)
    assert reload(made).state == "withdrawn"


def test_a_moderators_word_decides_and_is_recorded(app: Flask) -> None:
    question, member, moderator = question_of(), make_user(), make_user(role="moderator")
    act(suggestions.take_suggestion, moderator, make_suggestion(member, question, CLEARER))
    made = make_suggestion(make_user(), question, FIRST)
    act(suggestions.refuse_suggestion, moderator, made, "It was better.")
    with transaction():
        rows = db.session.execute(
            select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("edit.accepted", moderator.id, question.id),
        ("edit.refused", moderator.id, question.id),
    ]


def test_a_new_suggestion_takes_the_place_of_the_one_before(app: Flask) -> None:
    question, member = question_of(), make_user()
    first = make_suggestion(member, question, CLEARER)
    second = make_suggestion(member, question, f"{CLEARER} Really.")
    assert (reload(first).state, reload(second).state) == ("withdrawn", "waiting")


def test_a_post_that_changed_elsewhere_meanwhile_takes_the_change_in(app: Flask) -> None:
    question = question_of()
    made = make_suggestion(make_user(), question, CLEARER, tags="sim, ios")
    newer = FIRST.replace("at all", "whatever I do")
    edit(author_of(question), question, newer, tags="sim, roaming")
    act(suggestions.take_suggestion, author_of(question), made)
    assert reload(question).body == newer.replace("It worked", "It worked until")


def edit(actor: User, question: Question, body: str, tags: str = "sim") -> None:
    with transaction():
        locked = lock_question(question.id)
        edit_question(actor, locked, title=locked.title, body=body, tags=tags)


def test_a_post_that_changed_in_the_same_place_refuses_with_clear_words(app: Flask) -> None:
    question = question_of()
    made = make_suggestion(make_user(), question, CLEARER)
    edit(author_of(question), question, FIRST.replace("yesterday", "last week"))
    with pytest.raises(SuggestionOutdated) as refusal:
        act(suggestions.take_suggestion, author_of(question), made)
    assert "changed in the same place" in str(refusal.value.message)
    with transaction():
        locked = lock_question(question.id)
        suggestions.outdate_suggestions(locked, locked)
    assert reload(made).state == "outdated"
    assert told("EditDecided")[0]["actor_id"] is None


def test_who_compared_with_an_older_version_looks_again(app: Flask) -> None:
    question = question_of()
    made = make_suggestion(make_user(), question, CLEARER)
    take_an_older_one = partial(suggestions.take_suggestion, seen="2001-01-01T00:00:00+00:00")
    with pytest.raises(EditConflict):
        act(take_an_older_one, author_of(question), made)
    assert reload(question).body == FIRST


def test_what_is_not_public_takes_no_change(app: Flask) -> None:
    question, moderator = question_of(), make_user(role="moderator")
    made = make_suggestion(make_user(), question, CLEARER)
    set_post_visibility(question, "hidden", moderator)
    with pytest.raises(SuggestionOutdated):
        act(suggestions.take_suggestion, moderator, made)


def test_own_posts_comments_and_what_one_may_edit_take_no_suggestions(app: Flask) -> None:
    question, member = question_of(), make_user()
    comment = make_comment(question, question, make_user(), "Which phone is it, please?")
    for actor, post in (
        (author_of(question), question),
        (member, comment),
        (make_user(role="moderator"), question),
        (make_user(role="superuser"), question),
        (make_user(points=5_000), question),
        (make_user(silenced_until=load_user(member.id).created_at.replace(year=2100)), question),
    ):
        with pytest.raises(NotAllowed):
            make_suggestion(actor, post)
    with transaction():
        lock_writing(make_user(role="moderator"), lock_question(question.id), "Too heated")
    with pytest.raises(NotAllowed):
        make_suggestion(member, question)


def test_it_takes_standing(app: Flask, site: Callable[..., None]) -> None:
    question = question_of()
    site(privilege_preset="medium")
    with pytest.raises(PrivilegeMissing):
        make_suggestion(make_user(points=99), question)
    assert make_suggestion(make_user(points=100), question).state == "waiting"


def test_so_many_a_day(app: Flask, site: Callable[..., None]) -> None:
    site(suggestions_per_day=2)
    member = make_user()
    for _number in range(2):
        make_suggestion(member, question_of(), CLEARER)
    with pytest.raises(EnoughSuggestions):
        make_suggestion(member, question_of(), CLEARER)
    assert current_settings().suggestions_per_day == 2


def test_it_says_why_and_changes_something(app: Flask) -> None:
    question, member = question_of(), make_user()
    with pytest.raises(UnfitText) as refusal:
        make_suggestion(member, question, CLEARER, note=" ")
    assert set(refusal.value.errors) == {"note"}
    with pytest.raises(NothingSuggested):
        make_suggestion(member, question, FIRST)
    with pytest.raises(UnfitText):
        make_suggestion(member, question, "Short")
    with pytest.raises(PersonalDataFound):
        make_suggestion(member, question, f"{FIRST} Call 0171 2345678.")


def test_it_is_screened_like_any_text(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(sent: Submission) -> Finding | None:
        if "forbidden" in sent.body:
            raise TextRefused(errors={"body": "Not here."})
        return Finding("word", HOLD if "wombat" in sent.body else REVIEW)

    monkeypatch.setattr(screening, "_screens", [look])
    question = question_of()
    with pytest.raises(TextRefused):
        make_suggestion(make_user(), question, f"{FIRST} forbidden")
    held = make_suggestion(make_user(), question, f"{FIRST} wombat")
    assert (held.is_held, make_suggestion(make_user(), question, CLEARER).is_held) == (True, False)
    moderator = make_user(role="moderator")
    for actor in (author_of(question), moderator):
        with pytest.raises(NotAllowed):
            act(suggestions.take_suggestion, actor, held)
    # As the decision of its case does.
    act(suggestions.accept_suggestion, moderator, held)
    assert reload(question).body == f"{FIRST} wombat"


def test_an_own_edit_takes_the_place_of_one_that_waits(app: Flask) -> None:
    question = question_of()
    author = author_of(question)
    waiting = hold_edit(author, question, CLEARER)
    edit(author, question, FIRST.replace("twice", "three times"))
    assert reload(waiting).state == "withdrawn"
    assert "three times" in reload(question).body


def test_a_pending_edit_is_published_in_its_authors_name(app: Flask) -> None:
    answer = make_answer(question_of())
    helper, moderator = author_of(answer), make_user(role="moderator")
    waiting = hold_edit(helper, answer)
    with pytest.raises(NotAllowed):
        act(suggestions.take_suggestion, helper, waiting)
    act(suggestions.accept_suggestion, moderator, waiting)
    assert (reload(answer).body, reload(answer).edited_by_id) == (BODY, helper.id)


def test_an_answer_keeps_its_question_as_it_is(app: Flask) -> None:
    question = question_of()
    answer = make_answer(question)
    act(suggestions.take_suggestion, author_of(answer), make_suggestion(make_user(), answer))
    assert reload(answer).body == BODY
    assert reload(question).body == FIRST
    with transaction():
        edit_reply(author_of(answer), lock_question(question.id), reload(answer), body=f"{BODY}!")
    assert reload(answer).body == f"{BODY}!"
