"""How much of a forum that has grown is read for one act: what belongs to it, not all there is."""

import itertools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, insert, select

from community.boards.models import Board
from community.core import clock
from community.core.authz import GUEST
from community.core.db import Base, db, transaction
from community.core.jobs import EventRecord, enqueue
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.identity.operations.registration import (
    Registration,
    keep_registration,
    prune_registrations,
)
from community.notifications.models import Notification
from community.posts.models import Post
from community.privacy.operations.forgetting import forget_events
from community.questions.feed_queries import list_newest_questions
from community.questions.models import Pin, Question
from community.questions.queries.placing import list_pinned
from community.schedule import PERIODIC
from community.search.building import build_index
from community.search.queries import search_questions
from community.search.query_language import read_request
from moderation.cases.queries import count_waiting
from moderation.duplicates.queries import list_silent_proposals
from reputation.badges.queries.measures import earned_by
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_group,
    make_question,
    make_user,
)
from tests.factories.flags import case_of, make_flag
from tests.queries import steps_of

pytestmark = pytest.mark.usefixtures("app", "sqlite_alone")

MANY = 2_000


def fill(model: type[Base], row: Mapping[str, Any]) -> None:
    """Add a row many times."""
    with transaction():
        db.session.execute(insert(model), [dict(row)] * MANY)


def fill_posts() -> None:
    """Add many comments below one question."""
    question = make_question()
    row = {
        "kind": "comment",
        "author_id": question.author_id,
        "board_id": question.board_id,
        "root_id": question.id,
        "parent_id": question.id,
        "visibility": "published",
        "body": "Thank you",
        "html": "<p>Thank you</p>",
        "render_version": question.render_version,
        "language": "en",
        "created_at": clock.now(),
    }
    fill(Post, row)


def fill_questions(board: Board | None = None) -> None:
    """Add many open questions on one board, which the search does not know."""
    question = make_question(board=board)
    with transaction():
        first = db.session.scalar(select(func.max(Post.id))) + 1
        for table in (Post.__table__, Question.__table__):
            row = db.session.execute(select(table).where(table.c.id == question.id)).one()
            rows = [{**row._mapping, "id": id_} for id_ in range(first, first + MANY)]
            db.session.execute(insert(table), rows)


def fill_notifications() -> None:
    """Add many notices of one member, which no event led to."""
    question = make_question()
    row = {
        "user_id": question.author_id,
        "kind": "answer",
        "post_id": question.id,
        "question_id": question.id,
        "actor_id": question.author_id,
    }
    fill(Notification, row)


def assert_same_work(act: Callable[[], object], grow: Callable[[], object]) -> None:
    """Act, let the forum grow, act again: it costs the same."""
    alone = steps_of(act)
    grow()
    assert steps_of(act) < alone + MANY / 2


def test_a_feed_reads_its_newest_questions() -> None:
    question = make_question()
    assert_same_work(list_newest_questions, fill_posts)
    assert_same_work(lambda: list_newest_questions(question.board_id), fill_posts)


def test_a_search_reads_its_hits(app: Flask) -> None:
    for _number in range(15):
        make_question(title="The voicemail is silent")
    build_index(app.config["SETTINGS"].index_path)
    request = read_request({"q": "voicemail is:open"})
    assert_same_work(lambda: search_questions(GUEST, "en", request), fill_questions)
    assert len(search_questions(GUEST, "en", request).rows) == 15


def test_a_search_without_words_reads_a_page_of_the_newest() -> None:
    for _number in range(25):
        make_question()
    request = read_request({"q": "lang:en"})
    assert_same_work(lambda: search_questions(GUEST, "en", request), fill_posts)
    assert len(search_questions(GUEST, "en", request).rows) == 20


@pytest.mark.parametrize("on_board", [False, True])
def test_a_search_for_a_rare_state_passes_over_what_is_in_another(on_board: bool) -> None:
    board, asker = make_board(), make_user()
    solved = make_question(asker, board)
    make_acceptance(make_answer(solved), asker)
    place = f" board:{board.slug}" if on_board else ""
    request = read_request({"q": f"is:solved{place}"})
    assert_same_work(lambda: search_questions(GUEST, "en", request), lambda: fill_questions(board))
    assert [row.id for row in search_questions(GUEST, "en", request).rows] == [solved.id]


@pytest.mark.parametrize("role", ["member", "agent"])
def test_what_is_pinned_is_read_from_the_pins(role: str) -> None:
    board, viewer = make_board(), make_user(role=role, groups=[make_group()])
    question = make_question(board=board)
    with transaction():
        later = clock.now() + timedelta(days=1)
        pin = Pin(question_id=question.id, scope="board", until=later, pinned_by_id=viewer.id)
        db.session.add(pin)
    assert_same_work(lambda: list_pinned(viewer, "en", board.id), lambda: fill_questions(board))
    assert [row.id for row in list_pinned(viewer, "en", board.id)] == [question.id]


def test_badges_of_a_member_are_counted_by_what_they_did() -> None:
    asker = make_user()
    make_acceptance(make_answer(make_question(asker)), asker)
    assert_same_work(lambda: earned_by([asker.id]), fill_posts)
    assert earned_by([asker.id])[asker.id].accepted == 1


def test_who_moderates_a_board_reads_the_cases_that_wait() -> None:
    board = make_board()
    keeper = make_user(on={board.id: "moderator"})
    case_of(make_flag(make_question(board=board)))
    assert_same_work(lambda: count_waiting(keeper), fill_posts)
    assert count_waiting(keeper).total == 1


def test_proposals_nobody_answers_are_found_among_the_open_ones() -> None:
    assert_same_work(list_silent_proposals, fill_posts)


def test_what_runs_each_minute_reads_nothing_of_what_is_settled() -> None:
    tasks = [entry.task for entry in PERIODIC if entry.every <= timedelta(minutes=1)]

    def run() -> None:
        with transaction():
            for task in tasks:
                enqueue(task)
        run_due_jobs()

    def grow() -> None:
        fill_posts()
        fill_notifications()
        run()

    run()
    assert_same_work(run, grow)


def test_events_are_forgotten_without_reading_all_notices() -> None:
    def add() -> None:
        with transaction():
            db.session.add(EventRecord(name="MeTooAdded", payload={}, created_at=days_ago(100)))

    def grow() -> None:
        fill_notifications()
        add()

    add()
    assert_same_work(lambda: forget_events(timedelta(days=90)), grow)
    with transaction():
        assert db.session.scalar(select(func.min(EventRecord.created_at))) > days_ago(90)


def test_registrations_are_forgotten_without_reading_what_others_wrote() -> None:
    numbers = itertools.count()

    def register() -> None:
        with time_machine.travel(days_ago(8)), transaction():
            email = f"jana{next(numbers)}@example.org"
            keep_registration(
                Registration(email=email, display_name="Jana", password_hash="", language="en")
            )

    def grow() -> None:
        fill_posts()
        fill_notifications()
        register()

    def forget() -> None:
        with transaction():
            prune_registrations()

    register()
    assert_same_work(forget, grow)
    with transaction():
        assert list(db.session.scalars(select(User.email).where(User.active.is_(False)))) == []
