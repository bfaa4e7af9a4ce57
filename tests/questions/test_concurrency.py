"""Many people at once: one acceptance, one thank-you each, right totals, no refused writer."""

import time

import pytest
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.posts.models import Post, Vote
from community.posts.operations import give_kudos
from community.questions.models import Acceptance, Answer
from community.questions.operations.acceptances import accept_answer
from community.questions.operations.answers import post_answer
from community.questions.operations.questions import ask_question, lock_question, say_me_too
from tests.factories.community import make_answer, make_board, make_question, make_user, reload
from tests.parallel import errors_of
from tests.questions.recounting import assert_totals_are_right

TEXT = "Take the SIM out, wait a minute and put it back in again."


@pytest.fixture
def on_postgresql(database_kind):
    """SQLite has one writer at a time: there is no race to lose."""
    if database_kind != "postgresql":
        pytest.skip("runs on PostgreSQL")


def _count(model):
    with transaction():
        return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.usefixtures("on_postgresql")
def test_twenty_acceptances_at_once_leave_one(at_once):
    asker = make_user()
    question = make_question(asker)
    ids = [make_answer(question).id for _ in range(20)]

    def accept(answer_id):
        with transaction():
            answer = db.session.get_one(Answer, answer_id)
            accept_answer(asker, lock_question(question.id), answer)

    assert errors_of(at_once([lambda answer_id=i: accept(answer_id) for i in ids])) == []
    assert _count(Acceptance) == 1
    assert reload(question).status == "solved"
    assert_totals_are_right()


@pytest.mark.usefixtures("on_postgresql")
def test_two_hundred_kudos_of_one_member_at_once_are_one(at_once):
    member, question = make_user(), make_question()

    def thank():
        with transaction():
            give_kudos(member, db.session.get_one(Post, question.id))

    assert errors_of(at_once([thank] * 200)) == []
    assert _count(Vote) == 1
    assert reload(question).kudos_count == 1
    assert_totals_are_right()


@pytest.mark.usefixtures("on_postgresql")
def test_me_toos_at_once_are_all_counted_once(at_once):
    members, question = [make_user() for _ in range(10)], make_question()

    def join(member):
        with transaction():
            say_me_too(member, lock_question(question.id))

    assert errors_of(at_once([lambda member=member: join(member) for member in members * 2])) == []
    assert reload(question).me_too_count == 10
    assert_totals_are_right()


@pytest.mark.usefixtures("on_postgresql")
def test_asking_and_answering_at_once_keep_all_totals(at_once):
    people, board = [make_user() for _ in range(4)], make_board()
    first = make_question(board=board)

    def ask(number):
        tags = ("esim, roaming, 5g", "5g, bill, esim")[number % 2]
        with transaction():
            ask_question(
                people[number % 4],
                board,
                title=f"{TEXT} {number}",
                body=TEXT,
                tags=tags,
                language="en",
            )

    def answer(number):
        with transaction():
            post_answer(people[number % 4], lock_question(first.id), TEXT)

    asks = [lambda number=number: ask(number) for number in range(12)]
    answers = [lambda number=number: answer(number) for number in range(12)]
    assert errors_of(at_once([*asks, *answers])) == []
    assert reload(first).answers_count == 12
    assert_totals_are_right()


def test_four_writers_never_find_the_database_locked(at_once):
    question, helpers = make_question(), [make_user() for _ in range(4)]
    written = []

    def write(helper):
        until = time.monotonic() + 2
        while time.monotonic() < until:
            with transaction():
                written.append(post_answer(helper, lock_question(question.id), TEXT).id)

    assert errors_of(at_once([lambda helper=helper: write(helper) for helper in helpers])) == []
    assert reload(question).answers_count == len(written) > 8
    assert_totals_are_right()
