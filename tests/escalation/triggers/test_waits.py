"""What askers can expect: derived from what really happened, and said before they ask."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from community.boards.models import Board
from community.core.db import db, transaction
from community.escalation.sla.timing import share_within
from community.escalation.triggers.models import ANY_HOUR, AnswerWait
from community.escalation.triggers.operations.waits import refresh_answer_waits
from community.escalation.triggers.waits import FEWEST_QUESTIONS, waits_by_hour
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def asked(count: int, minutes: float | None, at: datetime = NOON) -> list[tuple[datetime, object]]:
    answered = None if minutes is None else at + timedelta(minutes=minutes)
    return [(at, answered)] * count


def test_waits_are_those_of_half_and_of_nine_in_ten() -> None:
    waits = [float(n) for n in range(1, 101)]
    assert share_within(waits, 50) == 50
    assert share_within(waits, 90) == 90


def test_what_nobody_answered_waits_longer_than_everything_else() -> None:
    questions = asked(12, 30) + asked(8, None)
    wait = next(waits_by_hour(questions, BERLIN))
    assert (wait.median_minutes, wait.most_minutes, wait.questions_count) == (30, None, 20)


def test_too_few_questions_promise_nothing() -> None:
    assert list(waits_by_hour(asked(FEWEST_QUESTIONS - 1, 5), BERLIN)) == []


def test_hours_are_those_of_the_site_and_summer_time_moves_them() -> None:
    winter, summer = datetime(2026, 1, 10, 11, tzinfo=UTC), datetime(2026, 7, 10, 11, tzinfo=UTC)
    questions = asked(20, 10, winter) + asked(20, 50, summer)
    found = {wait.hour: wait.median_minutes for wait in waits_by_hour(questions, BERLIN)}
    assert found == {ANY_HOUR: 10, 12: 10, 13: 50}


def make_past_questions(board: Board, count: int, minutes: int | None) -> list[Question]:
    """Ask a week ago; ``minutes`` later each was answered."""
    asker = make_user()
    made = [make_question(asker, board) for _ in range(count)]
    asked_at = days_ago(7).replace(hour=12, minute=0)
    answered_at = None if minutes is None else asked_at + timedelta(minutes=minutes)
    with transaction():
        for question in made:
            db.session.execute(
                update(Question.__table__)
                .where(Question.__table__.c.id == question.id)
                .values(asked_at=asked_at, first_answer_at=answered_at)
            )
    return made


def waits_of(board: Board) -> dict[int, int | None]:
    with transaction():
        refresh_answer_waits()
        rows = db.session.scalars(select(AnswerWait).where(AnswerWait.board_id == board.id))
        return {row.hour: row.median_minutes for row in rows}


def test_waits_are_derived_anew_and_forget_what_was_hidden(app: Flask) -> None:
    board, moderator = make_board(), make_user(role="moderator")
    questions = make_past_questions(board, 20, 35)
    assert waits_of(board) == {ANY_HOUR: 35, waited_hour(questions[0]): 35}
    set_post_visibility(questions[0], "hidden", moderator)
    assert waits_of(board) == {}


def waited_hour(question: Question) -> int:
    with transaction():
        asked_at = db.session.get_one(Question, question.id, populate_existing=True).asked_at
    return asked_at.astimezone(BERLIN).hour


def test_questions_of_the_last_days_are_not_counted_yet(app: Flask) -> None:
    board = make_board()
    asker = make_user()
    for _ in range(FEWEST_QUESTIONS):
        make_question(asker, board)
    assert waits_of(board) == {}


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (35, "within 35 minutes, nine of ten within 35 minutes"),
        (1_500, "within 25 hours"),
        (8 * 1440 - 5, "within 8 days"),
        (None, "Fewer than half of the questions here were answered"),
    ],
)
def test_askers_read_what_they_can_expect(
    app: Flask, client: ForumClient, minutes: int | None, words: str
) -> None:
    board = make_board("sim")
    make_past_questions(board, 20, minutes)
    waits_of(board)
    page = client.get("/questions/new/expectation?board=sim")
    assert words in page.text
    fragment = client.get("/questions/new/expectation?board=sim", headers={"HX-Request": "true"})
    assert words in fragment.text
    assert "<html" not in fragment.text


def test_without_figures_nothing_is_promised(app: Flask, client: ForumClient) -> None:
    make_board("sim")
    page = client.get("/questions/new/expectation?board=sim").text
    assert "Too few questions were asked here lately" in page


def test_boards_one_may_not_see_promise_nothing(app: Flask, client: ForumClient) -> None:
    make_board("staff", audience="staff")
    hidden = client.get("/questions/new/expectation?board=staff").text
    assert "Choose a board first" in hidden
    assert "Staff" not in hidden


def test_the_way_back_keeps_what_was_typed(app: Flask, client: ForumClient) -> None:
    make_board("sim")
    page = client.get("/questions/new/expectation?board=sim&title=My+phone+is+dumb").text
    assert "title=My+phone+is+dumb" in page
    asking = client.get("/questions/new?board=sim&title=My+phone+is+dumb").text
    assert "/questions/new/expectation" in asking
