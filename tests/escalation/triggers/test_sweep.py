"""Questions nobody answers are handed over in time: once, never early, whatever happens."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from community.escalation.triggers.models import WaitingQuestion
from community.escalation.triggers.operations import watching
from community.escalation.triggers.operations.watching import (
    plan_again,
    plan_handover,
    sweep_due,
)
from community.identity.models import User
from community.questions.operations.closures import close_question, reopen_question, request_info
from community.questions.operations.placing import move_question
from community.questions.operations.questions import lock_question, lock_writing
from tests.factories.community import (
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.handovers import (
    MONDAY,
    cases_of,
    due_of,
    make_rule,
    moment,
    sweep,
    triggers_of,
)
from tests.parallel import errors_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# 24 business hours after a Monday, 10:00, at eight a day.
THURSDAY = MONDAY + 3 * DAY


@pytest.fixture(autouse=True)
def monday(app: Flask) -> Iterator[None]:
    with moment(MONDAY):
        yield


def test_a_question_waits_for_business_hours_and_no_others() -> None:
    assert due_of(make_question()) == THURSDAY


def test_urgent_boards_and_tags_wait_less() -> None:
    board, other = make_board(), make_board()
    make_rule(board.id, is_urgent=True)
    make_rule(other.id, urgent_tags="outage\nno-signal")
    assert due_of(make_question(board=board)) == MONDAY + 4 * HOUR
    assert due_of(make_question(board=other, tags="outage")) == MONDAY + 4 * HOUR
    assert due_of(make_question(board=other, tags="esim")) == THURSDAY


def test_the_sweep_hands_over_what_is_due_and_not_a_second_before() -> None:
    question = make_question()
    run_due_jobs()
    with moment(THURSDAY - timedelta(seconds=1)):
        sweep()
        assert cases_of(question) == []
    with moment(THURSDAY):
        sweep()
        sweep()
    (case,) = cases_of(question)
    assert (case.subject, case.priority) == (question.title, "normal")
    assert triggers_of(question) == [("unanswered", 1)]
    assert reload(question).status == "support"
    assert due_of(question) is None


def test_urgent_questions_become_urgent_cases() -> None:
    board = make_board()
    make_rule(board.id, is_urgent=True)
    question = make_question(board=board)
    run_due_jobs()
    with moment(MONDAY + 4 * HOUR):
        sweep()
    assert cases_of(question)[0].priority == "urgent"


def test_somebody_elses_answer_ends_the_waiting_and_the_askers_own_does_not() -> None:
    asker = make_user()
    own, answered = make_question(asker), make_question(asker)
    make_answer(own, asker)
    make_answer(answered)
    assert due_of(own) == THURSDAY
    assert due_of(answered) is None


def test_an_answer_that_is_hidden_counts_no_more() -> None:
    question, moderator = make_question(), make_user(role="moderator")
    answer = make_answer(question)
    assert due_of(question) is None
    set_post_visibility(answer, "hidden", moderator)
    assert due_of(question) == THURSDAY


def test_an_answer_that_waits_for_a_moderator_does_not_count() -> None:
    question, moderator = make_question(), make_user(role="moderator")
    answer = make_answer(question)
    set_post_visibility(answer, "held", moderator)
    assert due_of(question) == THURSDAY


def test_hidden_questions_do_not_wait_until_they_are_back() -> None:
    question, moderator = make_question(), make_user(role="moderator")
    set_post_visibility(question, "hidden", moderator)
    assert due_of(question) is None
    set_post_visibility(question, "published", moderator)
    assert due_of(question) == THURSDAY


def test_closed_questions_wait_again_when_they_are_reopened() -> None:
    asker = make_user()
    question = make_question(asker)
    with transaction():
        close_question(asker, lock_question(question.id), reason="no_longer_needed")
    assert due_of(question) is None
    with transaction():
        reopen_question(asker, lock_question(question.id))
    assert due_of(question) == THURSDAY


def test_who_was_asked_for_facts_is_waited_for() -> None:
    asker, staff = make_user(), make_user(role="moderator")
    question = make_question(asker)
    with transaction():
        request_info(staff, lock_question(question.id), "Which device is it, please?")
    assert due_of(question) is None
    make_comment(question, question, asker, "It is the newest one, bought in May.")
    assert due_of(question) == THURSDAY


def test_moving_to_another_board_follows_its_rule() -> None:
    board, moderator = make_board(), make_user(role="moderator")
    make_rule(board.id, is_urgent=True)
    question = make_question()
    assert due_of(question) == THURSDAY
    with transaction():
        move_question(moderator, lock_question(question.id), board, "It is about tariffs")
    assert due_of(question) == MONDAY + 4 * HOUR


def test_boards_may_be_left_out() -> None:
    board = make_board()
    make_rule(board.id, is_on=False)
    assert due_of(make_question(board=board)) is None


def test_what_would_be_due_after_seven_days_is_not_handed_over() -> None:
    board = make_board()
    make_rule(board.id, normal_hours=72)
    assert due_of(make_question(board=board)) is None


def test_an_old_question_that_comes_back_is_not_handed_over() -> None:
    question, moderator = make_question(), make_user(role="moderator")
    set_post_visibility(question, "hidden", moderator)
    with moment(MONDAY + 8 * DAY):
        set_post_visibility(question, "published", moderator)
        assert due_of(question) is None


def test_nobody_is_helped_who_is_gone() -> None:
    asker = make_user()
    question = make_question(asker)
    assert due_of(question) == THURSDAY
    with transaction():
        db.session.execute(update(User).where(User.id == asker.id).values(active=False))
    with moment(THURSDAY):
        sweep()
    assert cases_of(question) == []


def test_locked_questions_stay_with_who_locked_them() -> None:
    question = make_question()
    run_due_jobs()
    with transaction():
        lock_writing(make_user(role="moderator"), lock_question(question.id), "Too heated")
    with moment(THURSDAY):
        sweep()
    assert cases_of(question) == []


def test_after_three_days_off_everything_overdue_is_handed_over_once() -> None:
    questions = [make_question() for _ in range(5)]
    run_due_jobs()
    with moment(THURSDAY + 10 * DAY):
        sweep()
    assert [triggers_of(question) for question in questions] == [[("unanswered", 1)]] * 5


def test_a_clock_put_back_hands_nothing_over_early_or_twice() -> None:
    question = make_question()
    run_due_jobs()
    with moment(THURSDAY), transaction():
        sweep_due()
    # The clock is put right between the sweep and the job that follows from it.
    with moment(THURSDAY - HOUR):
        with transaction():
            db.session.execute(update(Job).values(due_at=clock.now()))
        run_due_jobs()
        assert cases_of(question) == []
        assert due_of(question) == THURSDAY
    with moment(THURSDAY):
        sweep()
    assert len(cases_of(question)) == 1


def test_more_than_a_batch_is_swept_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BATCH", 2)
    questions = [make_question() for _ in range(5)]
    run_due_jobs()
    with moment(THURSDAY):
        sweep()
    assert [len(cases_of(question)) for question in questions] == [1] * 5


def test_two_sweeps_at_once_hand_over_once(at_once: Callable[[Sequence[Any]], list[Any]]) -> None:
    questions = [make_question() for _ in range(4)]
    run_due_jobs()

    def act() -> None:
        with transaction():
            sweep_due()

    with moment(THURSDAY):
        assert at_once([act, act, act]) == [None, None, None]
        run_due_jobs()
    assert [triggers_of(question) for question in questions] == [[("unanswered", 1)]] * 4


def test_an_answer_and_the_sweep_at_once_leave_no_case_beside_an_answer(
    at_once: Callable[[Sequence[Any]], list[Any]],
) -> None:
    question, helper = make_question(), make_user()
    run_due_jobs()
    with moment(THURSDAY), transaction():
        sweep_due()

    def answer() -> None:
        make_answer(question, helper)

    with moment(THURSDAY):
        assert errors_of(at_once([answer, run_due_jobs])) == []
        run_due_jobs()
    # Whoever came first: the question was with the team before the answer, or it was answered.
    assert reload(question).status == ("support" if cases_of(question) else "answered")


def test_planning_anew_finds_what_no_event_told_of() -> None:
    question = make_question()
    run_due_jobs()
    with transaction():
        db.session.execute(delete(WaitingQuestion))
        plan_again()
    assert due_of(question) == THURSDAY


def test_planning_twice_changes_nothing() -> None:
    question = make_question()
    for _ in range(2):
        with transaction():
            plan_handover(question.id)
    with transaction():
        assert db.session.scalars(select(func.count()).select_from(WaitingQuestion)).one() == 1
