"""Accepting answers."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import EventRecord
from community.questions.models import Answer, Question
from community.questions.operations.acceptances import acceptances_of, unaccept_answer
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import delete_post, hide_post, restore_post
from tests.factories.community import (
    load_user,
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


def entries():
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.action, row.subject_id, row.before, row.after) for row in rows]


def take_back(actor, answer):
    with transaction():
        unaccept_answer(actor, lock_question(answer.root_id), answer)


def test_what_staff_accept_for_somebody_is_recorded_once():
    moderator = make_user(role="moderator")
    first = make_answer(question := make_question())
    second = make_answer(question)
    for answer in (first, first, second):
        make_acceptance(answer, moderator)
    for _ in range(2):
        take_back(moderator, second)
    nothing, one, two = ({"accepted": ids} for ids in ([], [first.id], [second.id]))
    assert entries() == [
        ("answer.accepted", first.id, nothing, one),
        ("answer.accepted", second.id, one, two),
        ("answer.unaccepted", second.id, two, nothing),
    ]


def test_what_askers_accept_is_not_recorded():
    asker = make_user(role="moderator")
    answer = make_answer(make_question(asker))
    make_acceptance(answer, asker)
    take_back(asker, answer)
    assert entries() == []


@pytest.fixture
def moderator():
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def asker():
    return make_user("Ada Asker")


@pytest.fixture
def answer(asker):
    """An accepted answer."""
    answer = make_answer(make_question(asker), make_user("Hal Helper"))
    make_acceptance(answer, asker)
    return answer


def change(operation, actor, answer):
    with transaction():
        question = lock_question(answer.root_id)
        operation(actor, question, db.session.get_one(Answer, answer.id), "It praises a shop")


def accepted(answer):
    """Return what is accepted, the question's status, and how often the helper solved one."""
    question = db.session.get_one(Question, answer.root_id, populate_existing=True)
    found = [(one.answer_id, one.accepted_by_id) for one in acceptances_of(question)]
    return found, question.status, load_user(answer.author_id).solved_count


@pytest.mark.parametrize("remove", [hide_post, delete_post])
def test_an_accepted_answer_that_comes_back_is_accepted_again(remove, answer, asker, moderator):
    change(remove, moderator, answer)
    assert accepted(answer)[1:] == ("open", 0)
    for _ in range(2):
        change(restore_post, moderator, answer)
        assert accepted(answer) == ([(answer.id, asker.id)], "solved", 1)


@pytest.mark.parametrize("remove", [hide_post, delete_post])
def test_what_was_accepted_meanwhile_stays_instead(remove, answer, asker, moderator):
    second = make_answer(db.session.get_one(Question, answer.root_id))
    change(remove, moderator, answer)
    make_acceptance(second, asker)
    change(restore_post, moderator, answer)
    assert accepted(answer) == ([(second.id, asker.id)], "solved", 0)
    take_back(asker, second)
    for operation in (hide_post, restore_post):
        change(operation, moderator, answer)
    assert accepted(answer) == ([], "answered", 0)


def test_an_answer_deleted_and_back_twice_is_accepted_as_it_was(answer, asker, moderator):
    for _ in range(2):
        change(delete_post, moderator, answer)
        assert accepted(answer)[0] == []
        change(restore_post, moderator, answer)
    assert accepted(answer) == ([(answer.id, asker.id)], "solved", 1)
    names = ("AnswerAccepted", "AnswerUnaccepted")
    told = select(EventRecord.name).where(EventRecord.name.in_(names))
    assert db.session.scalars(told.order_by(EventRecord.id)).all() == [
        *["AnswerAccepted", "AnswerUnaccepted"] * 2,
        "AnswerAccepted",
    ]
