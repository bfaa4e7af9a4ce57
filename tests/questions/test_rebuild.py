"""What is rebuilt equals what was counted step by step."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text, update

from community.boards.models import Board, BoardStats
from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post, TagCount
from community.posts.operations import give_kudos, take_kudos_back
from community.questions.models import Answer, Question
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.closures import close_question, reopen_question, request_info
from community.questions.operations.questions import lock_question, lock_writing, say_me_too
from community.questions.rebuild import rebuild_all, rebuild_waits
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    set_post_visibility,
)

DERIVED: dict[Any, tuple[str, ...]] = {
    Post: ("kudos_count", "comments_count"),
    Question: (
        "excerpt",
        "status",
        "answers_count",
        "me_too_count",
        "last_activity_at",
        "last_by_asker",
        "awaits_asker",
        "is_locked",
        "first_answer_at",
        "solved_at",
    ),
    User: ("kudos_count", "solved_count"),
}


def _derived() -> dict[str, list[tuple[Any, ...]]]:
    """Return all derived values; totals of nothing count like totals that are not there."""
    with transaction():
        found = {model.__tablename__: _values(model, names) for model, names in DERIVED.items()}
        stats = select(
            BoardStats.board_id,
            BoardStats.open_count,
            BoardStats.answered_count,
            BoardStats.solved_count,
            BoardStats.support_count,
            BoardStats.closed_count,
        )
        counts = select(TagCount.tag_id, TagCount.board_id, TagCount.questions_count)
        found["board_stats"] = sorted(r for r in _tuples(stats) if any(r[1:]))
        found["tag_counts"] = sorted(r for r in _tuples(counts) if r[2])
    return found


def _values(model: Any, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    table = model.__table__
    return sorted(_tuples(select(table.c.id, *(table.c[name] for name in names))))


def _tuples(query: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(query)]


def _rebuild() -> None:
    for _ in rebuild_all():
        pass


@pytest.fixture
def busy_community(app: Flask) -> None:
    """Questions in every state, reached through operations, some of them undone."""
    asker, helper = make_user(), make_user()
    moderator = make_user(role="moderator")
    public, members = make_board(), make_board(audience="members")
    questions = [make_question(asker, public, tags="sim, calls") for _ in range(9)]
    questions += [make_question(helper, members, tags="sim") for _ in range(3)]
    _answer_and_accept(questions, asker, helper)
    _comment_and_thank(questions, asker, helper)
    with transaction():
        close_question(moderator, lock_question(questions[4].id), reason="policy")
        close_question(moderator, lock_question(questions[5].id), reason="policy")
        reopen_question(moderator, lock_question(questions[5].id))
        request_info(moderator, lock_question(questions[6].id), "Which phone is it?")
        request_info(moderator, lock_question(questions[7].id), "Which phone is it?")
        lock_writing(moderator, lock_question(questions[8].id), "Too heated")
        say_me_too(helper, lock_question(questions[8].id))
    make_comment(questions[7], questions[7], asker, "It is the small one.")
    for number in (9, 3):
        set_post_visibility(questions[number], "hidden", moderator)
    set_post_visibility(questions[10], "deleted", moderator)
    set_post_visibility(questions[10], "published", moderator)


def _answer_and_accept(questions: list[Question], asker: User, helper: User) -> None:
    moderator = make_user(role="moderator")
    make_acceptance(make_answer(questions[0], helper), asker)
    taken_back = make_answer(questions[1], helper)
    make_acceptance(taken_back, asker)
    with transaction():
        question, answer = lock_question(questions[1].id), db.session.get_one(Answer, taken_back.id)
        unaccept_answer(asker, question, answer)
    make_acceptance(make_answer(questions[2], asker), asker)
    hidden = make_answer(questions[3], helper)
    make_acceptance(hidden, asker)
    set_post_visibility(hidden, "hidden", moderator)
    make_answer(questions[11], helper)
    set_post_visibility(make_answer(questions[6], helper), "hidden", moderator)


def _comment_and_thank(questions: list[Question], asker: User, helper: User) -> None:
    moderator = make_user(role="moderator")
    answer = make_answer(questions[0], moderator)
    make_comment(questions[0], answer, asker, "Thank you for that.")
    set_post_visibility(make_comment(questions[0], answer, helper, "Rude"), "hidden", moderator)
    make_comment(questions[1], questions[1], asker, "One more thing.")
    with transaction():
        give_kudos(asker, db.session.get_one(Post, answer.id))
        give_kudos(helper, db.session.get_one(Post, answer.id))
        give_kudos(helper, db.session.get_one(Post, questions[0].id))
    with transaction():
        take_kudos_back(helper, db.session.get_one(Post, answer.id))


@pytest.mark.usefixtures("busy_community")
def test_rebuilding_changes_nothing_that_was_counted_right() -> None:
    before = _derived()
    _rebuild()
    after = _derived()
    for name, rows in before.items():
        assert after[name] == rows, name


@pytest.mark.usefixtures("busy_community")
def test_rebuilding_mends_what_was_wrong() -> None:
    before = _derived()
    with transaction():
        for statement in (
            "UPDATE posts SET kudos_count = 77, comments_count = 77",
            "UPDATE questions SET status = 'open', answers_count = 9, solved_at = NULL,"
            " first_answer_at = NULL, me_too_count = 5, excerpt = '', last_by_asker = false,"
            " awaits_asker = true, is_locked = true",
            "UPDATE users SET solved_count = 3, kudos_count = 3",
            "UPDATE board_tag_counts SET questions_count = 3",
            "DELETE FROM board_stats",
        ):
            db.session.execute(text(statement))
    _rebuild()
    assert _derived() == before


def test_support_keeps_a_question_until_it_is_solved(app: Flask) -> None:
    question = make_question()
    make_answer(question)
    with transaction():
        db.session.execute(update(Question).values(support_since=clock.now()))
    _rebuild()
    with transaction():
        assert db.session.scalar(select(Question.status)) == "support"


def test_imported_counts_are_part_of_the_totals(app: Flask) -> None:
    question, helper = make_question(), make_user()
    with transaction():
        say_me_too(helper, lock_question(question.id))
        give_kudos(helper, db.session.get_one(Post, question.id))
    with transaction():
        db.session.execute(update(Post.__table__).values(imported_up=5, imported_down=2))
        db.session.execute(update(Question.__table__).values(imported_me_toos=7))
    _rebuild()
    with transaction():
        found = db.session.scalars(select(Question)).one()
        author = db.session.get_one(User, found.author_id)
    assert (found.kudos_count, found.me_too_count, author.kudos_count) == (6, 8, 6)


def test_the_wait_for_a_first_answer_is_the_median_of_thirty_days(app: Flask) -> None:
    board, now = make_board(), clock.now()
    for waited, age in ((10, 1), (30, 2), (500, 3), (9_000, 40)):
        question = make_question(board=board)
        asked_at = now - timedelta(days=age)
        answered_at = asked_at + timedelta(minutes=waited)
        with transaction():
            db.session.execute(
                update(Question.__table__)
                .where(Question.__table__.c.id == question.id)
                .values(asked_at=asked_at, first_answer_at=answered_at)
            )
    make_question(board=board)
    quiet = make_question()
    with transaction():
        rebuild_waits(now)
    with transaction():
        minutes = dict(
            db.session.execute(select(BoardStats.board_id, BoardStats.first_answer_minutes)).all()
        )
    assert minutes == {board.id: 30, quiet.board_id: None}


def test_the_command_says_what_it_did(runner: FlaskCliRunner, app: Flask) -> None:
    make_question()
    result = runner.invoke(args=["rebuild"])
    assert result.exit_code == 0
    assert "questions" in result.output
    with transaction():
        assert db.session.scalar(select(Board.id)) is not None
