"""Points for answers that were written while their question was in the spotlight."""

from datetime import timedelta

import pytest
import time_machine

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.questions.models import Answer, Question
from community.questions.operations.questions import lock_question
from community.questions.operations.support import SPOTLIGHT, put_in_spotlight
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_question,
    set_post_visibility,
)
from tests.reputation.ledger.booking import (
    assert_sound,
    entries_of,
    make_member,
    points_of,
    rebuild,
    unaccept,
)

pytestmark = pytest.mark.usefixtures("app")


def spotlit_question() -> Question:
    """Make a question that helpers are asked to look at."""
    question = make_question(make_member())
    shine(question)
    return question


def shine(question: Question) -> None:
    """Put a question in the spotlight, from now on."""
    with transaction():
        put_in_spotlight(lock_question(question.id))


def accept(question: Question, answer: Answer) -> None:
    make_acceptance(answer, load_user(question.author_id))


def test_an_accepted_answer_written_in_the_spotlight_brings_ten_points_more() -> None:
    helper, question = make_member(), spotlit_question()
    accept(question, make_answer(question, helper))
    assert (points_of(helper), points_of(load_user(question.author_id))) == (25, 2)
    assert sorted(entries_of(helper)) == [("accepted", 15), ("spotlit", 10)]
    assert_sound()


def test_what_counts_is_when_it_was_written_not_when_it_was_accepted() -> None:
    helper, question = make_member(), spotlit_question()
    answer = make_answer(question, helper)
    with time_machine.travel(clock.now() + SPOTLIGHT + timedelta(days=3), tick=False):
        accept(question, answer)
        assert points_of(helper) == 25


def test_an_answer_from_before_the_spotlight_brings_what_any_does() -> None:
    helper, question = make_member(), make_question(make_member())
    answer = make_answer(question, helper)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        shine(question)
        accept(question, answer)
    assert points_of(helper) == 15


def test_an_answer_after_the_spotlight_brings_what_any_does() -> None:
    helper, question = make_member(), spotlit_question()
    with time_machine.travel(clock.now() + SPOTLIGHT + timedelta(minutes=1), tick=False):
        accept(question, make_answer(question, helper))
        assert points_of(helper) == 15


def test_taking_the_acceptance_back_takes_the_bonus_back() -> None:
    helper, question = make_member(), spotlit_question()
    answer = make_answer(question, helper)
    accept(question, answer)
    unaccept(load_user(question.author_id), answer)
    assert points_of(helper) == 0
    assert_sound()


def test_a_deleted_answer_that_comes_back_brings_the_bonus_again() -> None:
    helper, question, moderator = make_member(), spotlit_question(), make_member(role="moderator")
    answer = make_answer(question, helper)
    accept(question, answer)
    set_post_visibility(answer, "deleted", moderator)
    assert points_of(helper) == 0
    set_post_visibility(answer, "published", moderator)
    assert points_of(helper) == 25
    assert_sound()


def test_nobody_earns_it_by_their_own_answer() -> None:
    question = spotlit_question()
    asker = load_user(question.author_id)
    accept(question, make_answer(question, asker))
    assert points_of(asker) == 0


def test_a_rebuild_books_the_same() -> None:
    helper, question = make_member(), spotlit_question()
    accept(question, make_answer(question, helper))
    before = points_of(helper)
    assert rebuild().entries == 0
    assert points_of(db.session.get_one(User, helper.id)) == before
