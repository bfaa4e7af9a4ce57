"""Pages that members read are counted after the answer, and cost a page nothing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from community.core.db import db
from reputation.trust import noting
from reputation.trust.models import VisitDay
from tests.factories.community import make_answer, make_comment, make_question, make_user
from tests.queries import counted_queries


@pytest.fixture
def now(app):
    with time_machine.travel("2026-11-22 12:00:00+00:00", tick=False) as traveller:
        yield traveller


def _days():
    db.session.rollback()
    columns = (VisitDay.user_id, VisitDay.topics_entered, VisitDay.posts_read, VisitDay.seconds)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(VisitDay.user_id))]


def _address(question):
    return f"/questions/{question.id}/{question.slug}"


def test_what_a_member_reads_is_written_some_minutes_later(client, now):
    user, question = make_user(), make_question()
    answer = make_answer(question)
    make_comment(question, answer, make_user(), "Which phone is it?")
    client.sign_in(user)
    client.get(_address(question))
    now.shift(timedelta(minutes=1))
    client.get(_address(question))
    assert _days() == []
    now.shift(timedelta(minutes=2))
    client.get("/tags")
    assert _days() == [(user.id, 1, 3, 180)]


def test_another_readers_page_writes_it_too(client, now):
    user, question = make_user(), make_question()
    client.sign_in(user).get(_address(question))
    client.sign_out()
    now.shift(timedelta(minutes=3))
    client.get("/tags")
    assert _days() == [(user.id, 1, 1, 0)]


def test_days_grow_over_the_day(client, now):
    user, question = make_user(), make_question()
    client.sign_in(user)
    for minutes in (0, 4, 4, 4):
        now.shift(timedelta(minutes=minutes))
        client.get(_address(question))
    assert _days() == [(user.id, 1, 1, 720)]


@pytest.mark.parametrize("path", ["/notifications/count", "/questions/999999", "/users/names?q=x"])
def test_only_whole_pages_count(client, now, path):
    client.sign_in(make_user())
    client.get(path)
    now.shift(timedelta(minutes=3))
    client.get(path)
    assert _days() == []


def test_guests_and_forms_do_not_count(client, now):
    question = make_question()
    client.get(_address(question))
    client.sign_in(make_user()).submit("/theme", {"theme": "dark"})
    now.shift(timedelta(minutes=3))
    client.sign_out().get("/tags")
    assert _days() == []


def test_a_busy_database_costs_no_page_and_loses_nothing(client, now, monkeypatch):
    user, question = make_user(), make_question()
    client.sign_in(user).get(_address(question))
    now.shift(timedelta(minutes=3))

    def fail(visits):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(noting, "add_visits", fail)
        assert client.get("/tags").status_code == 200
    assert _days() == []
    now.shift(timedelta(minutes=3))
    client.get("/tags")
    assert _days() == [(user.id, 1, 1, 360)]


def test_a_page_costs_no_statement_more(client, now):
    question = make_question()
    client.sign_in(make_user())
    client.get(_address(question))
    with counted_queries() as counted:
        client.get(_address(question))
    with counted_queries() as again:
        client.get(_address(question))
    assert len(counted) == len(again)
    assert not [statement for statement in again if "visit_days" in statement]
