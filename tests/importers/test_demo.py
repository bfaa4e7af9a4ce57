"""The demo community: believable, complete, and loaded once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.boards.models import Board, BoardStats
from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.escalation.cases.models import SupportCase
from community.escalation.cases.queries.desk import count_cases
from community.escalation.macros.models import Macro
from community.identity.models import User
from community.importers.demo.accounts import DEMO_ACCOUNTS
from community.importers.demo.boards import DEMO_BOARDS
from community.importers.demo.content import read_content
from community.importers.demo.loader import NotADemo, load_demo
from community.importers.models import ImportedRecord
from community.notifications.models import Notification
from community.posts.models import Post, Removal, TagCount, Vote, Watch
from community.questions.models import Acceptance, Closure, DuplicateLink, Question
from community.questions.status import recompute
from moderation.cases.models import ModerationCase
from moderation.cases.queries import page_of_cases
from moderation.sanctions.models import Statement
from tests.conftest import empty_database
from tests.factories.community import load_user, make_user

EVERY_TABLE_WITH_TIMES = (Post, Vote, Watch, Removal, Acceptance, Closure, Notification)


@pytest.fixture(scope="module")
def loaded(migrated_app: Flask) -> int:
    """A database that holds the demo, loaded once for this file; the number of questions."""
    with migrated_app.app_context():
        empty_database()
        return load_demo()


@pytest.fixture
def demo(loaded: int, migrated_app: Flask) -> Iterator[int]:
    """The demo, to be read, or to be left as it was found."""
    with migrated_app.app_context():
        yield loaded
        db.session.rollback()


def test_the_content_is_large_enough_and_in_both_languages() -> None:
    content = read_content()
    assert len(DEMO_BOARDS) >= 8
    assert len(content.members) + len(DEMO_ACCOUNTS) >= 60
    assert len(content.questions) >= 300
    languages = Counter(question.language for question in content.questions)
    assert 0.8 < languages["de"] / languages["en"] < 1.25


def test_the_content_fills_a_fortnight_that_ends_now() -> None:
    hours = [question.hours_ago for question in read_content().questions]
    assert max(hours) > 12 * 24
    assert min(hours) < 2
    assert sum(hour < 24 for hour in hours) >= 10


def test_no_two_texts_are_the_same() -> None:
    content = read_content()
    bodies = [question.body for question in content.questions]
    bodies += [answer.body for question in content.questions for answer in question.answers]
    assert len(set(bodies)) == len(bodies)


def test_questions_of_every_state_are_there(demo: int) -> None:
    def count_by(column: object) -> dict[str, int]:
        return dict(db.session.execute(select(column, func.count()).group_by(column)).all())

    assert demo >= 300
    statuses = count_by(Question.status)
    assert {"open", "answered", "solved", "support", "closed"} == set(statuses)
    visibilities = count_by(Post.visibility)
    assert {"published", "held", "hidden", "deleted"} == set(visibilities)
    for flag in (Question.is_locked, Question.awaits_asker):
        assert db.session.scalar(select(func.count()).where(flag)) >= 2
    assert {"public", "members", "staff"} == set(count_by(Board.audience))
    assert db.session.scalar(select(func.count()).select_from(DuplicateLink)) >= 3


def test_nothing_happens_in_the_future(demo: int) -> None:
    now = clock.now()
    for model in EVERY_TABLE_WITH_TIMES:
        for column in model.__table__.columns:
            if column.name.endswith("_at"):
                latest = db.session.scalar(select(func.max(column)))
                assert latest is None or latest <= now, f"{model.__name__}.{column.name}"
    newest = db.session.scalar(select(func.max(Question.asked_at)))
    assert now - newest < timedelta(hours=2)


def test_nobody_thanks_themselves_and_counters_agree(demo: int) -> None:
    own = select(func.count()).select_from(Vote).join(Post).where(Vote.user_id == Post.author_id)
    assert db.session.scalar(own) == 0
    votes = select(func.count()).where(Vote.post_id == Post.id).scalar_subquery()
    wrong = select(func.count()).select_from(Post).where(Post.kudos_count != votes)
    assert db.session.scalar(wrong) == 0


def test_loading_again_changes_nothing(demo: int) -> None:
    with transaction():
        db.session.execute(update(User).where(User.email.like("kim%")).values(bio="mine"))
    before = _count_everything()
    assert load_demo() == 0
    assert _count_everything() == before
    assert db.session.scalar(select(User.bio).where(User.email.like("kim%"))) == "mine"


def test_a_load_that_was_killed_is_completed(demo: int) -> None:
    before = _count_everything()
    with transaction():
        # As if it had been stopped before its end.
        record = db.session.get_one(ImportedRecord, ("demo", "complete", "complete"))
        db.session.delete(record)
        for model in (Notification, DuplicateLink):
            db.session.execute(model.__table__.delete())
    assert load_demo() == 0
    assert _count_everything() == before


def _count_everything() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Post.metadata.sorted_tables
    }


def test_loading_is_silent(demo: int) -> None:
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_derived_data_equal_what_the_operations_would_have_counted(demo: int) -> None:
    with transaction():
        questions = db.session.scalars(select(Question)).all()
        before = [_derived(question) for question in questions]
        totals = _totals()
        for question in questions:
            recompute(question)
        assert [_derived(question) for question in questions] == before
        assert _totals() == totals


def _derived(question: Question) -> tuple[object, ...]:
    return (
        *(question.id, question.status, question.answers_count, question.solved_at),
        *(question.first_answer_at, question.last_activity_at, question.last_by_asker),
        *(question.awaits_asker, question.is_locked),
    )


def _totals() -> list[tuple[object, ...]]:
    return [
        *map(tuple, db.session.execute(select(BoardStats.__table__)).all()),
        *map(tuple, db.session.execute(select(TagCount.__table__)).all()),
    ]


def _account(key: str) -> User:
    return load_user(db.session.scalars(select(User.id).where(User.email.like(f"{key}%"))).one())


def test_moderators_find_a_living_queue(demo: int) -> None:
    cases = db.session.scalars(select(ModerationCase).order_by(ModerationCase.id)).all()
    kinds = Counter(case.kind for case in cases if case.state == "open")
    assert kinds == {"spam": 1, "held": 2, "first_post": 1, "flag": 2, "appeal": 1}
    assert len({case.opened_at for case in cases}) == len(cases)
    assert page_of_cases(_account("mads")).rows[0].case.priority >= 500
    told = db.session.scalars(select(Statement.measure).order_by(Statement.id)).all()
    assert told == ["warning", "post_hidden"]


@pytest.mark.parametrize("key", ["mads", "arne"])
def test_every_case_of_the_demo_can_be_opened(demo: int, migrated_app: Flask, key: str) -> None:
    client = migrated_app.test_client().sign_in(_account(key))
    for case_id in db.session.scalars(select(ModerationCase.id)).all():
        assert client.get(f"/moderation/cases/{case_id}").status_code == 200
    assert client.get("/moderation/cases").status_code == 200


def test_the_agent_finds_a_desk_with_work(demo: int, migrated_app: Flask) -> None:
    lena = _account("lena")
    assert count_cases(lena)["mine"] == 1
    assert count_cases(lena)["unassigned"] >= 2
    states = Counter(db.session.scalars(select(SupportCase.state)).all())
    assert set(states) == {"new", "open", "pending", "returned", "solved"}
    client = migrated_app.test_client().sign_in(lena)
    for case_id in db.session.scalars(select(SupportCase.id)).all():
        assert client.get(f"/desk/cases/{case_id}").status_code == 200


def test_one_question_is_in_the_spotlight_and_macros_are_ready(
    demo: int, migrated_app: Flask
) -> None:
    shining = db.session.scalars(select(Question).where(Question.spotlight_until > clock.now()))
    [question] = shining.all()
    assert (question.status, question.answers_count) == ("open", 0)
    client = migrated_app.test_client()
    assert question.title in unescape(client.get("/questions?show=spotlight").text)
    languages = Counter(db.session.scalars(select(Macro.language)).all())
    assert languages == {"de": 2, "en": 2}


def test_the_bell_of_the_customer_has_something_to_tell(demo: int) -> None:
    kim = db.session.scalars(select(User).where(User.email.like("kim%"))).one()
    told = db.session.scalar(
        select(func.count()).where(Notification.user_id == kim.id, Notification.read_at.is_(None))
    )
    assert kim.unread_count == told
    assert told > 0


def test_a_community_of_its_own_is_left_alone(app: Flask) -> None:
    make_user("Somebody Real")
    with pytest.raises(NotADemo):
        load_demo()
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
