"""The report of what is asked again and again."""

import pytest
from flask import Flask
from sqlalchemy import update

from community.boards.models import Board
from community.core.db import db, transaction
from community.identity.models import User
from community.questions.models import DuplicateLink, Question
from moderation.duplicates.queries import PERIODS, list_repeated
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)

PAGE = "/moderation/repeated"


@pytest.fixture
def moderator(app: Flask) -> User:
    return make_user(role="moderator")


def ask_again(original: Question, *, days: float = 0.0, board: Board | None = None) -> Question:
    """Ask a question that was closed in favour of another one, so many days ago."""
    question = make_question(make_user(role="admin"), board)
    with transaction():
        db.session.add(DuplicateLink(question_id=question.id, original_id=original.id))
        moved = update(Question).where(Question.id == question.id)
        db.session.execute(moved.values(asked_at=days_ago(days)))
    return question


def times(viewer: User, period: str = "30") -> list[tuple[str, int]]:
    return [(row.title, row.times) for row in list_repeated(viewer, PERIODS[period])]


def test_what_was_asked_again_most_often_comes_first(moderator: User) -> None:
    seldom, often = make_question(title="Where is my SIM"), make_question(title="No signal at all")
    for original in (seldom, often, often):
        ask_again(original)
    assert times(moderator) == [("No signal at all", 2), ("Where is my SIM", 1)]


def test_only_the_period_counts(moderator: User) -> None:
    original = make_question(title="No signal at all")
    for days in (1, 20, 200):
        ask_again(original, days=days)
    counted = {period: times(moderator, period)[0][1] for period in PERIODS}
    assert counted == {"7": 1, "30": 2, "90": 2, "365": 3, "all": 3}
    with transaction():
        db.session.execute(update(Question).values(asked_at=days_ago(400)))
    assert times(moderator, "365") == []


def test_what_the_reader_may_not_see_is_neither_listed_nor_counted(moderator: User) -> None:
    open_one, closed_one = (
        make_question(title="No signal at all"),
        make_question(title="What became of it"),
    )
    staff = make_board(audience="staff")
    ask_again(open_one)
    ask_again(open_one, board=staff)
    set_post_visibility(ask_again(open_one), "hidden", moderator)
    ask_again(closed_one)
    set_post_visibility(closed_one, "deleted", moderator)
    local = make_user(on={open_one.board_id: "moderator"})
    assert times(local) == [("No signal at all", 1)]
    assert times(moderator) == [("No signal at all", 2)]


def test_the_page_leads_to_the_questions_and_to_other_periods(
    client: ForumClient, moderator: User
) -> None:
    original = make_question(title="No signal at all")
    ask_again(original, days=50)
    client.sign_in(moderator)
    assert "Nothing was asked again in this time" in client.get(PAGE).text
    page = client.get(f"{PAGE}?days=90").text
    assert f"/questions/{original.id}/" in page
    assert "1 time" in page
    assert "Nothing was asked again in this time" in client.get(f"{PAGE}?days=nonsense").text


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_it_is_for_moderators(client: ForumClient, role: str) -> None:
    assert client.sign_in(make_user(role=role)).get(PAGE).status_code == 403
