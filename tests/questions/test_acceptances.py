"""Accepting answers."""

import pytest

from community.core.db import transaction
from community.core.errors import NotAllowed
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)

pytestmark = pytest.mark.usefixtures("app")


def test_accepting_solves_the_question():
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    assert reload(question).status == "answered"
    make_acceptance(answer, asker)
    assert reload(question).status == "solved"


def test_accepting_another_answer_moves_the_acceptance():
    asker = make_user()
    question = make_question(asker)
    first, second = make_answer(question), make_answer(question)
    make_acceptance(first, asker)
    kept = make_acceptance(second, asker)
    assert kept.place == 1
    assert reload(question).status == "solved"


def test_a_stranger_may_not_accept():
    question = make_question()
    answer = make_answer(question)
    with pytest.raises(NotAllowed):
        make_acceptance(answer, make_user())


def test_unaccepting_makes_the_question_answered_again():
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    make_acceptance(answer, asker)
    with transaction():
        unaccept_answer(asker, lock_question(question.id), answer)
    assert reload(question).status == "answered"


def test_a_hidden_accepted_answer_leaves_the_question_open():
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    answer = make_answer(question)
    make_acceptance(answer, asker)
    set_post_visibility(answer, "hidden", moderator)
    assert reload(question).status == "open"
