"""Locks and slow mode that end by themselves, and the reasons that the team's tools ask for."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.questions.errors import UnfitEnd
from community.questions.models import Lock
from community.questions.operations.placing import (
    end_after,
    end_locks_and_pauses,
    slow_question,
)
from community.questions.operations.questions import lock_question, lock_writing
from tests.factories.community import make_answer, make_question, make_user, reload

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def moderator(app):
    return make_user(role="moderator", language="en")


@pytest.fixture
def question(app):
    return make_question()


def do(operation, actor, question, *about, **values):
    with transaction():
        return operation(actor, lock_question(question.id), *about, **values)


def in_days(number):
    return (clock.now() + timedelta(days=number)).date()


def test_a_lock_ends_on_its_day_and_the_log_says_who_ended_it(moderator, question):
    until = end_after(in_days(2))
    do(lock_writing, moderator, question, "Cool down", until=until)
    with time_machine.travel(until - timedelta(seconds=1)), transaction():
        end_locks_and_pauses()
    assert reload(question).is_locked
    for _ in range(2):
        with time_machine.travel(until), transaction():
            end_locks_and_pauses()
    assert not reload(question).is_locked
    assert ends() == [("question.unlocked", None)]


def test_slow_mode_ends_on_its_day_unless_it_was_set_anew(moderator, question):
    soon, later = end_after(in_days(1)), end_after(in_days(5))
    do(slow_question, moderator, question, minutes=5, reason="Too heated", until=soon)
    do(slow_question, moderator, question, minutes=5, reason="Too heated", until=later)
    with time_machine.travel(soon), transaction():
        end_locks_and_pauses()
    assert reload(question).slow_minutes == 5
    with time_machine.travel(later), transaction():
        end_locks_and_pauses()
    assert reload(question).slow_minutes is None
    assert reload(question).slow_until is None
    assert ends() == [("question.unslowed", None)]


def test_what_has_no_end_goes_on(moderator, question):
    do(lock_writing, moderator, question, "Cool down")
    do(slow_question, moderator, question, minutes=5, reason="Too heated")
    with time_machine.travel(clock.now() + timedelta(days=400)), transaction():
        end_locks_and_pauses()
    assert reload(question).is_locked
    assert reload(question).slow_minutes == 5


def ends():
    query = select(AuditEntry.action, AuditEntry.actor_id)
    of_ends = AuditEntry.action.in_(("question.unlocked", "question.unslowed"))
    return [tuple(row) for row in db.session.execute(query.where(of_ends))]


@pytest.mark.parametrize("days", [-1, 500])
def test_an_end_is_ahead_and_within_a_year(app, days):
    with pytest.raises(UnfitEnd):
        end_after(in_days(days))


def test_the_page_sets_an_end_and_says_so(client, moderator, question):
    client.sign_in(moderator)
    form = {"reason": "Cool down", "until": in_days(3).isoformat()}
    assert client.submit(f"/questions/{question.id}/lock", form).status_code == 303
    slow = client.submit(f"/questions/{question.id}/slow-mode", {**form, "minutes": "5"})
    assert slow.status_code == 303
    with transaction():
        assert db.session.scalars(select(Lock.until)).one() == end_after(in_days(3))
    assert reload(question).slow_until == end_after(in_days(3))
    assert client.get(f"/posts/{question.id}/tools").text.count("It ends by itself:") == 2


@pytest.mark.parametrize("until", ["2000-01-01", "nonsense"])
def test_a_day_that_has_passed_is_refused_and_nothing_is_locked(client, moderator, question, until):
    client.sign_in(moderator)
    form = {"reason": "Cool down", "until": until}
    refused = client.submit(f"/questions/{question.id}/lock", form)
    assert refused.status_code == 422
    assert "at most a year ahead" in refused.text
    assert not reload(question).is_locked


TOOLS = (
    ("/questions/{question}/lock", {}),
    ("/questions/{question}/lock", {"_method": "DELETE"}),
    ("/questions/{question}/slow-mode", {"minutes": "5"}),
    ("/questions/{question}/slow-mode", {"_method": "DELETE"}),
    ("/questions/{question}/pin", {"scope": "board", "until": "DAY"}),
    ("/questions/{question}/pin", {"_method": "DELETE"}),
    ("/questions/{question}/board", {"board": "anywhere"}),
    ("/questions/{question}/merge", {"into": "1"}),
    ("/questions/{question}/split", {"title": "A title that is long enough"}),
    ("/posts/{answer}/kind", {"kind": "comment"}),
    ("/posts/{answer}/hiding", {}),
    ("/posts/{answer}/hiding", {"_method": "DELETE"}),
    ("/posts/{answer}", {"_method": "DELETE"}),
)


@pytest.mark.parametrize("reason", [None, "  "])
def test_no_tool_of_the_team_works_without_a_reason(client, moderator, question, reason):
    answer = make_answer(question)
    client.sign_in(moderator)
    given = {} if reason is None else {"reason": reason}
    before = db.session.query(AuditEntry).count()
    for address, form in TOOLS:
        form = {**form, **given}
        if "until" in form:
            form["until"] = in_days(3).isoformat()
        where = address.format(question=question.id, answer=answer.id)
        refused = client.submit(where, form)
        assert (where, form, refused.status_code) == (where, form, 422)
        assert "Please say why" in refused.text
    assert db.session.query(AuditEntry).count() == before
    assert reload(answer).visibility == "published"
    assert not reload(question).is_locked
