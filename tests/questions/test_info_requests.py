"""An asker who owes facts is reminded once; then the question is closed."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from community.questions.models import Closure
from community.questions.operations.closures import request_info
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def asker():
    return make_user()


@pytest.fixture
def question(asker):
    question = make_question(asker)
    with transaction():
        request_info(make_user(role="superuser"), lock_question(question.id), "Which phone?")
    return question


def work_after(days):
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        run_due_jobs()


def told(user):
    with transaction():
        return len(
            db.session.scalars(
                select(Notification.id).where(
                    Notification.user_id == user.id, Notification.kind == "info_request"
                )
            ).all()
        )


def test_a_silent_asker_is_reminded_once(asker, question):
    work_after(0)
    assert told(asker) == 1
    work_after(4)
    assert told(asker) == 2
    work_after(10)
    assert told(asker) == 2


def test_a_question_whose_asker_stays_silent_is_closed(question):
    work_after(15)
    assert reload(question).status == "closed"
    with transaction():
        assert db.session.scalars(select(Closure.reason)).all() == ["no_response"]


def test_an_asker_who_came_back_is_left_alone(asker, question):
    make_comment(question, question, asker, "It is a Pixel 11.")
    work_after(15)
    assert told(asker) == 1
    assert reload(question).status == "open"


def test_a_hidden_question_is_neither_reminded_of_nor_closed(asker, question):
    set_post_visibility(question, "hidden", make_user(role="moderator"))
    work_after(15)
    with transaction():
        assert db.session.scalars(select(Closure.id)).all() == []
