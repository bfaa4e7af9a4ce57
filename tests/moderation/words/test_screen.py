"""What a text meets that holds a watched word."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.boards.models import Board
from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.identity.models import User
from community.posts.screening import TextRefused
from community.posts.tagging import tag_names_of
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from moderation.words.models import WatchedWord
from moderation.words.operations import WordFacts, add_word, disable_word
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
)
from tests.factories.editing import edit_question

BODY = "A wombat sits on my router and does not want to leave."


@pytest.fixture
def admin(app: Flask) -> User:
    return make_user(role="admin")


def watch(admin: User, **facts: Any) -> WatchedWord:
    with transaction():
        return add_word(admin, WordFacts(**{"pattern": "wombat", "action": "hold", **facts}))


def told(name: str) -> list[dict[str, Any]]:
    query = select(EventRecord.payload).where(EventRecord.name == name)
    return list(db.session.scalars(query))


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "admin"])
def test_a_blocked_word_is_refused_to_everybody(admin: User, role: str) -> None:
    watch(admin, action="block")
    with pytest.raises(TextRefused) as refusal:
        make_question(make_user(role=role), body=BODY)
    assert "“wombat” cannot be published here" in str(refusal.value.errors["body"])
    with pytest.raises(TextRefused) as refusal:
        make_question(make_user(role=role), title="The wombat is here again")
    assert set(refusal.value.errors) == {"title"}


def test_a_blocked_word_is_refused_in_edits_too(admin: User) -> None:
    question = make_question()
    watch(admin, action="block")
    author = load_user(question.author_id)
    with transaction(), pytest.raises(TextRefused):
        edit_question(author, lock_question(question.id), title=question.title, body=BODY, tags="")
    assert reload(question).body != BODY


def test_a_held_word_holds_the_text_and_names_itself(admin: User) -> None:
    word = watch(admin)
    question = make_question(body=BODY)
    assert reload(question).visibility == "held"
    [event] = told("PostHeld")
    assert [(found["code"], found["reference"]) for found in event["findings"]] == [
        ("word", word.id)
    ]


def test_what_staff_say_is_neither_held_nor_reported(admin: User) -> None:
    watch(admin)
    watch(admin, pattern="router", action="flag")
    assert make_question(admin, body=BODY).visibility == "published"
    assert told("PostSuspected") == []


def test_members_known_for_long_are_held_by_words(admin: User) -> None:
    watch(admin)
    assert make_question(make_user(trust_level=3), body=BODY).visibility == "held"


def test_a_word_is_replaced_in_title_and_text(admin: User) -> None:
    watch(admin, action="replace", replacement=r"\1 kind animal")
    question = make_question(title="The wombat is here again", body=BODY)
    assert question.title == r"The \1 kind animal is here again"
    assert question.body.startswith(r"A \1 kind animal sits")
    assert question.visibility == "published"


def test_what_would_become_too_long_waits_as_it_is(admin: User) -> None:
    watch(admin, action="replace", replacement="animal " * 25)
    question = make_question(title="The wombat is here again, and it sits on my router")
    assert question.visibility == "held"
    assert "wombat" in question.title


def test_a_question_is_tagged_and_an_answer_is_not(admin: User) -> None:
    watch(admin, action="tag", tag="animals")
    question = make_question(body=BODY, tags="router")
    assert tag_names_of(question.id) == ["animals", "router"]
    answer = make_answer(question, body=BODY)
    assert answer.visibility == "published"
    assert tag_names_of(answer.id) == []


def test_as_many_tags_as_there_may_be_are_enough(admin: User) -> None:
    watch(admin, action="tag", tag="animals")
    question = make_question(body=BODY, tags="a1, b1, c1, d1, e1")
    assert "animals" not in tag_names_of(question.id)


def test_a_reported_word_publishes_and_tells_moderators(admin: User) -> None:
    word = watch(admin, action="flag")
    question = make_question(body=BODY)
    assert question.visibility == "published"
    [event] = told("PostSuspected")
    assert event["post_id"] == question.id
    assert event["findings"][0]["reference"] == word.id


def ask(board: Board, language: str) -> Question:
    return make_question(board=board, body=BODY, language=language)


def test_words_count_in_their_language_and_on_their_board_alone(admin: User) -> None:
    here, there = make_board(), make_board()
    watch(admin, board_id=here.id, language="de")
    assert ask(here, "de").visibility == "held"
    assert ask(here, "en").visibility == "published"
    assert ask(there, "de").visibility == "published"


def test_a_disabled_word_means_nothing(admin: User) -> None:
    word = watch(admin)
    with transaction():
        disable_word(admin, db.session.get_one(WatchedWord, word.id))
    assert make_question(body=BODY).visibility == "published"


def test_a_tag_can_hold_a_watched_word(admin: User) -> None:
    watch(admin)
    assert make_question(tags="wombat").visibility == "held"
