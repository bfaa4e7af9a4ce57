"""Texts are looked at before they appear: published, held for a person, changed or refused."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text

from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import EventRecord
from community.identity.models import User
from community.posts import screening
from community.posts.models import HeldPost, Post, SuggestedEdit
from community.posts.screening import REVIEW, Finding, Screening, Submission, TextRefused
from community.questions.models import Question
from community.questions.operations.answers import post_answer, post_comment
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import delete_post
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.editing import edit_question, edit_reply

WAIT = "This text waits because it says wombat."
Screens = Callable[..., None]


@pytest.fixture
def screens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screens]:
    """Have these screens look at every text, instead of those of the site."""

    def only(*wanted: screening.Screen) -> None:
        monkeypatch.setattr(screening, "_screens", list(wanted))

    return only


def hold_wombats(submission: Submission) -> Finding | None:
    return Finding("wombat") if "wombat" in submission.body else None


def told(name: str) -> list[dict[str, object]]:
    rows = db.session.scalars(select(EventRecord.payload).where(EventRecord.name == name))
    return list(rows)


def comment_on(question: Question, author: User, body: str) -> Post:
    with transaction():
        return post_comment(author, lock_question(question.id), reload(question), body)


def test_without_a_finding_everything_is_published(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question()
    assert question.visibility == "published"
    assert len(told("QuestionAsked")) == 1
    assert told("PostHeld") == []


def test_a_held_question_counts_nowhere_and_tells_nobody(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question(body=WAIT, tags="esim")
    assert reload(question).visibility == "held"
    assert told("QuestionAsked") == []
    counted = db.session.execute(text("SELECT sum(open_count) FROM board_stats")).scalar()
    tagged = db.session.execute(text("SELECT sum(questions_count) FROM board_tag_counts")).scalar()
    assert not counted
    assert not tagged


def test_a_held_text_is_told_of_without_a_word_of_it(screens: Screens) -> None:
    screens(hold_wombats, lambda sent: Finding("spam", score=80, reference=7))
    question = make_question(body=WAIT)
    [event] = told("PostHeld")
    assert event["post_id"] == question.id
    assert event["question_id"] == question.id
    assert event["author_id"] == question.author_id
    assert event["findings"] == [
        {"code": "wombat", "effect": "hold", "score": 0, "reference": None},
        {"code": "spam", "effect": "hold", "score": 80, "reference": 7},
    ]


def test_a_released_question_is_told_of_once(screens: Screens) -> None:
    screens(hold_wombats)
    moderator = make_user(role="moderator")
    question = make_question(body=WAIT)
    asked_at = question.asked_at
    for visibility in ("published", "hidden", "published"):
        set_post_visibility(question, visibility, moderator)
    assert [event["question_id"] for event in told("QuestionAsked")] == [question.id]
    assert told("QuestionAsked")[0]["actor_id"] == question.author_id
    assert db.session.get(HeldPost, question.id) is None
    released = reload(question)
    assert released.asked_at == released.created_at > asked_at


def test_a_held_answer_is_counted_and_told_of_when_it_is_released(screens: Screens) -> None:
    screens(hold_wombats)
    moderator, question = make_user(role="moderator"), make_question()
    answer = make_answer(question, body=WAIT)
    assert reload(question).answers_count == 0
    assert reload(question).status == "open"
    assert told("AnswerPosted") == []
    set_post_visibility(answer, "published", moderator)
    assert reload(question).answers_count == 1
    assert reload(question).status == "answered"
    assert [event["answer_id"] for event in told("AnswerPosted")] == [answer.id]


def test_a_held_comment_is_counted_and_told_of_when_it_is_released(screens: Screens) -> None:
    screens(hold_wombats)
    moderator, question = make_user(role="moderator"), make_question()
    author = load_user(question.author_id)
    comment = comment_on(question, author, "A wombat did it.")
    assert reload(question).comments_count == 0
    set_post_visibility(comment, "published", moderator)
    assert reload(question).comments_count == 1
    [event] = told("CommentPosted")
    assert event["comment_id"] == comment.id
    assert event["parent_id"] == question.id


def test_a_refused_text_is_not_stored(screens: Screens) -> None:
    def refuse(submission: Submission) -> None:
        raise TextRefused(errors={"body": "Not here."})

    screens(refuse)
    with pytest.raises(TextRefused) as refusal:
        make_question()
    assert refusal.value.errors == {"body": "Not here."}
    assert db.session.scalars(select(Post)).all() == []


def test_a_screen_may_change_text_and_tags(screens: Screens) -> None:
    def change(sent: Submission) -> Screening:
        texts = replace(sent, body=sent.body.replace("wombat", "*"), tags=(*sent.tags, "animals"))
        return Screening(texts)

    screens(change, hold_wombats)
    question = make_question(body=WAIT)
    assert reload(question).visibility == "published"
    assert "wombat" not in reload(question).body
    tags = db.session.execute(text("SELECT name FROM tags")).scalars().all()
    assert tags == ["animals"]


def test_a_broken_screen_holds_the_text_and_never_loses_it(screens: Screens) -> None:
    def break_down(submission: Submission) -> None:
        db.session.execute(text("SELECT * FROM no_such_table"))

    screens(break_down)
    question = make_question()
    assert reload(question).visibility == "held"
    assert [row["code"] for row in told("PostHeld")[0]["findings"]] == ["screen_failed"]


def test_a_finding_for_later_publishes_and_tells(screens: Screens) -> None:
    screens(lambda sent: Finding("spam", REVIEW, score=66))
    question = make_question()
    assert question.visibility == "published"
    assert [event["post_id"] for event in told("PostSuspected")] == [question.id]
    assert told("PostHeld") == []


def edit(actor: User, question: Question, body: str) -> None:
    with transaction():
        locked = lock_question(question.id)
        edit_question(actor, locked, title=locked.title, body=body, tags="")


def test_an_own_edit_waits_and_the_public_text_stays(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question()
    author = load_user(question.author_id)
    edit(author, question, WAIT)
    assert reload(question).visibility == "published"
    assert "wombat" not in reload(question).body
    [waiting] = waiting_edits(question)
    assert (waiting.author_id, waiting.body, waiting.is_held) == (author.id, WAIT, True)
    assert [found["code"] for found in waiting.findings] == ["wombat"]
    assert told("PostEdited") == told("PostHeld") == []


def test_nobody_takes_away_what_others_wrote_by_editing_it(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question()
    editor = make_user(points=5_000)
    edit(editor, question, WAIT)
    assert reload(question).visibility == "published"
    assert "wombat" not in reload(question).body
    assert [waiting.author_id for waiting in waiting_edits(question)] == [editor.id]


def waiting_edits(post: Post) -> Sequence[SuggestedEdit]:
    query = select(SuggestedEdit).where(SuggestedEdit.state == "waiting")
    return db.session.scalars(query.where(SuggestedEdit.post_id == post.id)).all()


def test_what_waits_goes_on_waiting_whatever_it_is_changed_to(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question(body=WAIT)
    author = load_user(question.author_id)
    edit(author, question, "Nothing that anybody minds is in here any more.")
    assert reload(question).visibility == "held"
    assert [row["code"] for row in reload_hold(question).findings] == ["wombat"]
    set_post_visibility(question, "published", make_user(role="moderator"))
    assert len(told("QuestionAsked")) == 1


def reload_in(question: Question) -> Question:
    return lock_question(question.id)


def reload_hold(post: Post) -> HeldPost:
    return db.session.get_one(HeldPost, post.id, populate_existing=True)


def test_an_edited_answer_is_looked_at_too(screens: Screens) -> None:
    screens(hold_wombats)
    answer = make_answer(make_question())
    author = load_user(answer.author_id)
    with transaction():
        question = lock_question(answer.root_id or 0)
        edit_reply(author, question, db.session.get_one(Post, answer.id), body=WAIT)
    assert reload(answer).visibility == "published"
    assert "wombat" not in reload(answer).body
    assert [waiting.body for waiting in waiting_edits(answer)] == [WAIT]


def test_authors_may_take_back_what_waits(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question(body=WAIT)
    author = load_user(question.author_id)
    with transaction():
        locked = lock_question(question.id)
        delete_post(author, locked, locked)
    assert reload(question).visibility == "deleted"
    assert told("QuestionAsked") == []


def test_others_may_not_touch_what_waits(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question(body=WAIT)
    other = make_user(points=5_000)
    with pytest.raises(NotAllowed):
        edit(other, question, "Something else altogether is what it says.")
    with transaction(), pytest.raises(NotAllowed):
        delete_post(other, reload_in(question), reload_in(question))


def test_nobody_answers_a_held_question(screens: Screens) -> None:
    screens(hold_wombats)
    question = make_question(make_user(), make_board(), body=WAIT)
    with pytest.raises(NotAllowed), transaction():
        post_answer(make_user(), lock_question(question.id), "Try to restart it, and wait.")
