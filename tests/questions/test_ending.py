"""Solved questions close by time, silent ones are archived; and how they go on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update

from community.core import clock
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import EventRecord
from community.core.settings import Settings, SettingsError
from community.core.worker import run_due_jobs
from community.escalation.cases.operations.opening import open_case
from community.escalation.triggers.models import UnsolvedReport
from community.identity.models import User
from community.questions import rebuild
from community.questions.models import Question
from community.questions.operations import ending
from community.questions.operations.closures import reopen_question, request_info
from community.questions.operations.placing import ON_SITE, pin_question
from community.questions.operations.questions import lock_question, lock_writing
from tests.client import ForumClient
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
Later = Callable[[timedelta], None]


@pytest.fixture
def later() -> Iterator[Later]:
    """Let time pass."""
    with time_machine.travel(clock.now()) as traveller:
        yield traveller.shift


def sweep() -> None:
    with transaction():
        ending.end_quiet_questions()
    run_due_jobs()


def solved(asker: User | None = None) -> Question:
    question = make_question(asker := asker or make_user())
    make_acceptance(make_answer(question), asker)
    return question


def has_ended(question: Question) -> bool:
    return reload(question).ended_at is not None


def closings() -> list[tuple[int, str]]:
    rows = db.session.scalars(select(EventRecord).order_by(EventRecord.id))
    told = [row.payload for row in rows if row.name == "QuestionClosed"]
    return [(one["question_id"], one["reason"]) for one in told]


def reopen(actor: User, question: Question) -> None:
    with transaction():
        reopen_question(actor, lock_question(question.id))
    run_due_jobs()


def test_a_solved_question_closes_two_days_after_its_last_post_and_stays_solved(
    later: Later,
) -> None:
    question = solved(asker := make_user())
    later(40 * HOURS)
    make_comment(question, question, asker, "Still fine, by the way.")
    later(47 * HOURS)
    sweep()
    assert not has_ended(question)
    later(1 * HOURS)
    sweep()
    assert has_ended(question)
    assert reload(question).status == "solved"
    with pytest.raises(NotAllowed):
        make_answer(question)


def test_a_silent_question_is_archived_after_half_a_year(later: Later) -> None:
    unanswered, answered = make_question(), make_question()
    make_answer(answered)
    later(179 * DAYS)
    sweep()
    assert not has_ended(unanswered)
    later(1 * DAYS)
    sweep()
    assert reload(unanswered).status == reload(answered).status == "closed"
    list(rebuild.rebuild_totals())
    assert reload(unanswered).status == "closed"


def test_each_closes_once_however_often_and_from_wherever_it_is_swept(later: Later) -> None:
    question = solved()
    later(48 * HOURS)
    sweep()
    ended_at = reload(question).ended_at
    later(1 * HOURS)
    sweep()
    assert reload(question).ended_at == ended_at
    assert closings() == [(question.id, "solved")]


def test_what_changed_while_the_sweep_waited_for_the_row_is_left_alone(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = solved()
    later(48 * HOURS)

    def lock_late(question_id: int) -> Question:
        now = clock.now()
        db.session.execute(
            update(Question).where(Question.id == question_id).values(last_activity_at=now)
        )
        return lock_question(question_id)

    monkeypatch.setattr(ending, "lock_question", lock_late)
    sweep()
    assert not has_ended(question)


def test_nothing_closes_that_the_team_has_or_that_waits_or_is_kept(later: Later) -> None:
    moderator, asker = make_user(role="moderator"), make_user()
    with_team, waiting, locked, pinned = (make_question(asker) for _ in range(4))
    solved_with_team = make_question(asker)
    for question in (with_team, solved_with_team):
        with transaction():
            open_case(
                moderator,
                trigger="by_hand",
                question_id=question.id,
                subject="Case",
                language="en",
                reason="Needs the team",
            )
    make_acceptance(make_answer(solved_with_team), asker)
    with transaction():
        lock_writing(moderator, lock_question(locked.id), "Too heated")
        in_a_year = (clock.now() + 365 * DAYS).date()
        target = lock_question(pinned.id)
        pin_question(moderator, target, scope=ON_SITE, last_day=in_a_year, reason="Read first")
    later(180 * DAYS)
    with transaction():
        request_info(moderator, lock_question(waiting.id), "Which device is it?")
        ending.end_quiet_questions()
    kept = (with_team, solved_with_team, waiting, locked, pinned)
    assert [has_ended(question) for question in kept] == [False] * 5


def test_many_are_closed_in_turns(later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "BATCH", 2)
    questions = [make_question() for _ in range(5)]
    later(180 * DAYS)
    with transaction():
        ending.end_quiet_questions()
    assert sum(has_ended(question) for question in questions) == 2
    run_due_jobs()
    assert all(has_ended(question) for question in questions)


def test_an_operator_turns_both_off(
    later: Later, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = replace(app.config["SETTINGS"], solved_close_hours=0, silent_archive_days=0)
    monkeypatch.setitem(app.config, "SETTINGS", off)
    silent, done = make_question(), solved()
    later(400 * DAYS)
    sweep()
    assert not has_ended(silent)
    assert not has_ended(done)


def test_no_site_waits_for_less_than_no_time(settings: Settings) -> None:
    with pytest.raises(SettingsError):
        replace(settings, solved_close_hours=-1).check()


def test_an_asker_says_that_it_is_still_not_solved_and_the_team_counts_it_once(
    later: Later,
) -> None:
    question = solved(asker := make_user())
    later(48 * HOURS)
    sweep()
    reopen(asker, question)
    assert reload(question).status == "answered"
    assert not has_ended(question)
    assert len(db.session.scalars(select(UnsolvedReport)).all()) == 1
    later(179 * DAYS)
    sweep()
    assert not has_ended(question)
    later(1 * DAYS)
    sweep()
    assert has_ended(question)


def test_staff_open_a_solved_question_again_and_it_stays_solved_for_two_days(
    later: Later,
) -> None:
    question = solved()
    later(48 * HOURS)
    sweep()
    reopen(make_user(role="moderator"), question)
    sweep()
    assert reload(question).status == "solved"
    assert not has_ended(question)
    make_answer(question)


def test_others_and_askers_after_thirty_days_do_not_open_it(later: Later) -> None:
    question = solved(asker := make_user())
    later(48 * HOURS)
    sweep()
    with pytest.raises(NotAllowed):
        reopen(make_user(), question)
    later(30 * DAYS + HOURS)
    with pytest.raises(NotAllowed):
        reopen(asker, question)


def test_a_question_whose_solution_is_gone_is_open_again(later: Later) -> None:
    helper = make_user()
    question = make_question(asker := make_user())
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    later(48 * HOURS)
    sweep()
    set_post_visibility(answer, "hidden", make_user(role="moderator"))
    assert reload(question).status == "open"
    assert not has_ended(question)


def test_the_sweep_reads_what_is_due_from_an_index(later: Later, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics")
    make_question()
    with transaction(), counted_queries() as sent:
        ending.end_quiet_questions()
    looking = [statement for statement in sent if "last_activity_at <=" in statement]
    assert len(looking) == 2
    for statement in looking:
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {statement.replace('?', '1')}")).all()
        assert any("ix_questions_quiet (status=" in row[3] for row in plan), plan


def test_the_page_says_what_one_can_do_and_a_follow_up_is_linked_both_ways(
    client: ForumClient, later: Later
) -> None:
    board = make_board(names={"en": "Phones", "de": "Telefone"})
    question = make_question(asker := make_user(), board, tags="sim")
    make_acceptance(make_answer(question), asker)
    later(48 * HOURS)
    sweep()
    client.sign_in(asker)
    address = f"/questions/{question.id}/{question.slug}"
    page = client.get(address).text
    assert "Closed as it is solved" in page
    assert "Still not solved" in page
    assert "Ask a follow-up" not in page
    bell = client.get("/notifications").text
    assert "is solved and closed now. Still not solved? Say so there" in bell

    later(31 * DAYS)
    client.sign_in(asker)
    assert "Ask a follow-up" in client.get(address).text
    form = client.get(f"/questions/new?follows={question.id}").text
    assert f'name="follows" value="{question.id}"' in form
    assert question.title in form
    typed = {
        "title": "The signal is gone again after the update",
        "body": "It worked for a month, and since today it does not any more.",
        "tags": "sim",
        "board": board.slug,
        "language": "en",
        "follows": str(question.id),
    }
    made = client.submit("/questions", typed, follow_redirects=True)
    assert "Follows up:" in made.text
    assert question.title in made.text
    assert "Followed up by:" in client.get(address).text


def test_a_follow_up_of_what_is_open_or_hidden_links_nothing(client: ForumClient) -> None:
    still_open = make_question()
    secret = make_question(make_user(role="moderator"), make_board(audience="staff"))
    board = make_board()
    client.sign_in(make_user())
    for earlier in (still_open, secret):
        typed = {
            "title": f"Something about {earlier.id} that is new",
            "body": f"It worked for a month, and not any more, says number {earlier.id}.",
            "board": board.slug,
            "language": "en",
            "follows": str(earlier.id),
        }
        made = client.submit("/questions", typed, follow_redirects=True)
        assert "Follows up:" not in made.text
        assert made.status_code == 200
    assert secret.title not in client.get(f"/questions/new?follows={secret.id}").text
