"""Events, jobs and the worker: nothing lost, nothing doubled, whatever fails."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import (
    MAX_ATTEMPTS,
    EventRecord,
    Job,
    PeriodicSlot,
    UnknownTask,
    claim_job,
    emit,
    enqueue,
    enqueue_each,
    external,
    registry,
    renew_lease,
    retry_delay,
    task_name,
    unheard,
)
from community.core.worker import Periodic, queue_age_seconds, run_due_jobs, schedule_periodic
from community.events import MeTooAdded
from community.identity.models import User
from tests.factories.community import make_user
from tests.stress.jobs import run_killed_workers

pytestmark = pytest.mark.usefixtures("app")

calls: list[object] = []


@pytest.fixture(autouse=True)
def _fresh_calls() -> Iterator[None]:
    calls.clear()
    subscribers = dict(registry.subscribers)
    yield
    registry.subscribers = subscribers


def note(word: str = "called") -> None:
    """Remember that this task ran."""
    calls.append(word)


def fail(word: str = "failed") -> None:
    """Change a row, then fail."""
    calls.append(word)
    db.session.execute(update(User).values(points=User.points + 1))
    raise RuntimeError("out of order")


def add_point() -> None:
    """Change a row."""
    db.session.execute(update(User).values(points=User.points + 1))


def on_me_too(event: MeTooAdded, *, event_id: int) -> None:
    """Remember the event."""
    calls.append((event, event_id))


@external
def send_out(word: str) -> None:
    """Do something outside the database."""
    calls.append((word, db.session.connection().info.get("writing"), _may_write()))


def _may_write() -> bool:
    from community.core.db import is_writing

    return is_writing()


def jobs() -> list[Job]:
    """All jobs as the database has them now."""
    with transaction():
        return list(
            db.session.scalars(
                select(Job).order_by(Job.id).execution_options(populate_existing=True)
            )
        )


def store(task, **options) -> None:
    with transaction():
        enqueue(task, **options)


def make_due() -> None:
    with transaction():
        db.session.execute(update(Job).values(due_at=clock.now() - timedelta(seconds=1)))


def points(user: User) -> int:
    with transaction():
        return db.session.scalars(select(User.points).where(User.id == user.id)).one()


def test_an_event_reaches_its_subscribers_once():
    registry.subscribers["MeTooAdded"] = []
    registry.subscribe({MeTooAdded: [on_me_too]})
    registry.subscribe({MeTooAdded: [on_me_too]})
    with transaction():
        emit(MeTooAdded(question_id=1, actor_id=2))
    assert run_due_jobs() == 1
    with transaction():
        event_id = db.session.scalars(select(EventRecord.id)).one()
    assert calls == [(MeTooAdded(1, 2), event_id)]
    assert jobs() == []


def test_nothing_is_stored_of_what_is_emitted_unheard():
    registry.subscribe({MeTooAdded: [on_me_too]})
    with transaction(), unheard():
        emit(MeTooAdded(question_id=1, actor_id=2))
    run_due_jobs()
    assert calls == []
    assert db.session.scalar(select(EventRecord.id)) is None


def test_what_was_rolled_back_never_happened():
    registry.subscribe({MeTooAdded: [on_me_too]})
    with pytest.raises(ZeroDivisionError):
        _emit_and_fail()
    assert run_due_jobs() == 0
    assert jobs() == []
    with transaction():
        assert db.session.scalars(select(EventRecord.id)).all() == []


def _emit_and_fail() -> None:
    with transaction():
        emit(MeTooAdded(question_id=1, actor_id=2))
        enqueue(note)
        raise ZeroDivisionError


def test_jobs_run_in_the_order_in_which_they_are_due():
    now = clock.now()
    store(note, word="second", due_at=now - timedelta(minutes=1))
    store(note, word="third")
    store(note, word="first", due_at=now - timedelta(minutes=2))
    store(note, word="much later", due_at=now + timedelta(hours=1))
    run_due_jobs()
    assert calls == ["first", "second", "third"]


def test_many_jobs_are_stored_in_one_statement():
    with transaction():
        enqueue_each(note, [{"word": str(number)} for number in range(3)])
        enqueue_each(note, [])
    run_due_jobs()
    assert calls == ["0", "1", "2"]


def test_a_failed_job_leaves_nothing_behind_and_waits_longer_each_time():
    user = make_user()
    store(fail)
    waits = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for attempt in range(1, MAX_ATTEMPTS):
            assert run_due_jobs() == 1
            (job,) = jobs()
            assert job.attempts == attempt
            assert job.lease_token is None
            assert "out of order" in job.last_error
            assert run_due_jobs() == 0
            waits.append((job.due_at - clock.now()).total_seconds())
            traveller.move_to(job.due_at)
        assert run_due_jobs() == 1
    assert waits == sorted(set(waits))
    assert waits == [retry_delay(n).total_seconds() for n in range(1, MAX_ATTEMPTS)]
    assert points(user) == 0
    (job,) = jobs()
    assert job.parked_at is not None
    assert job.due_at is None
    assert len(calls) == MAX_ATTEMPTS
    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert run_due_jobs() == 0


def test_delays_grow_to_six_hours_at_most():
    delays = [retry_delay(attempt) for attempt in range(1, 20)]
    assert delays[:4] == [timedelta(seconds=s) for s in (5, 20, 80, 320)]
    assert max(delays) == timedelta(hours=6)


def test_a_job_that_kills_every_worker_is_parked_at_last():
    store(note)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(MAX_ATTEMPTS):
            with transaction():
                assert claim_job(clock.now()) is not None
            traveller.shift(timedelta(hours=1))
        assert run_due_jobs() == 1
    assert calls == []
    (job,) = jobs()
    assert job.parked_at is not None
    assert "WorkerDied" in job.last_error


def test_a_claimed_job_is_left_alone_until_its_lease_ends():
    store(note)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with transaction():
            token = claim_job(clock.now()).lease_token
        assert run_due_jobs() == 0
        traveller.shift(timedelta(seconds=59))
        with transaction():
            assert renew_lease(jobs_id(), token, clock.now())
        traveller.shift(timedelta(seconds=59))
        assert run_due_jobs() == 0
        traveller.shift(timedelta(seconds=2))
        assert run_due_jobs() == 1
        with transaction():
            assert not renew_lease(1, token, clock.now())
    assert calls == ["called"]


def jobs_id() -> int:
    return db.session.scalars(select(Job.id)).one()


def be_overtaken() -> None:
    """Change a row while another worker takes this job over."""
    calls.append("overtaken")
    add_point()
    if len(calls) == 1:
        db.session.execute(update(Job).values(lease_token="somebody else's"))


def test_who_lost_the_lease_changes_nothing():
    user = make_user()
    store(be_overtaken)
    assert run_due_jobs() == 1
    assert points(user) == 0
    make_due()
    run_due_jobs()
    assert points(user) == 1
    assert jobs() == []


def test_a_unique_job_waits_once_but_may_be_stored_again_while_it_runs():
    def store_again() -> None:
        calls.append("ran")
        if len(calls) == 1:
            enqueue(store_again, unique_key="the one")

    store(store_again, unique_key="the one")
    store(store_again, unique_key="the one")
    store(note, unique_key="another")
    assert len(jobs()) == 2
    run_due_jobs()
    assert calls.count("ran") == 2
    assert jobs() == []


def test_an_external_task_runs_without_the_write_lock_and_ends_afterwards():
    store(send_out, word="mail")
    run_due_jobs()
    assert [(call[0], call[2]) for call in calls] == [("mail", False)]
    assert jobs() == []


def test_an_external_task_that_fails_is_tried_again():
    @external
    def send_twice() -> None:
        calls.append("tried")
        if len(calls) == 1:
            raise ConnectionError("no answer")

    store(send_twice)
    run_due_jobs()
    make_due()
    run_due_jobs()
    assert calls == ["tried", "tried"]
    assert jobs() == []


def test_a_task_of_a_module_nobody_imported_yet_is_found():
    name = "core.submissions.prune_submissions"
    registry.tasks.pop(name, None)
    assert task_name(registry.find(name)) == name


@pytest.mark.parametrize(
    "name", ["nowhere.task", "core.jobs.missing", "core.jobs.json", "os.system", "core.jobs.Job"]
)
def test_an_unknown_task_is_refused(name):
    with pytest.raises(UnknownTask):
        registry.find(name)


def test_a_job_of_an_unknown_task_waits_for_a_person():
    store(note)
    with transaction():
        db.session.execute(update(Job).values(task="nowhere.task", attempts=MAX_ATTEMPTS - 1))
    run_due_jobs()
    (job,) = jobs()
    assert job.parked_at is not None
    assert "UnknownTask" in job.last_error


def test_a_periodic_task_runs_once_a_slot():
    hourly = [Periodic(note, timedelta(hours=1))]
    with time_machine.travel("2026-03-01 12:00:01+00:00", tick=False) as traveller:
        for _ in range(3):
            schedule_periodic(hourly, clock.now())
            run_due_jobs()
            traveller.shift(timedelta(minutes=19))
        assert calls == ["called"]
        traveller.shift(timedelta(minutes=10))
        schedule_periodic(hourly, clock.now())
        run_due_jobs()
        assert len(calls) == 2
        traveller.shift(timedelta(days=5))
        schedule_periodic(hourly, clock.now())
    with transaction():
        assert len(db.session.scalars(select(PeriodicSlot.key)).all()) == 1


def test_periodic_jobs_do_not_pile_up_behind_a_long_queue():
    minutely = [Periodic(note, timedelta(minutes=1))]
    with time_machine.travel("2026-03-01 12:00:01+00:00", tick=False) as traveller:
        for _ in range(5):
            schedule_periodic(minutely, clock.now())
            traveller.shift(timedelta(minutes=1))
    assert len(jobs()) == 1


def test_periodic_tasks_go_on_at_once_when_the_machines_clock_was_put_back():
    minutely = [Periodic(note, timedelta(minutes=1))]
    with time_machine.travel("2026-03-01 12:00:01+00:00", tick=False) as traveller:
        for _ in range(65):
            traveller.shift(timedelta(minutes=1))
            schedule_periodic(minutely, clock.now())
        # The last one still waits, for a time that is an hour away from now on.
        traveller.shift(timedelta(hours=-1))
        schedule_periodic(minutely, clock.now())
        run_due_jobs()
        assert calls == ["called"]
        traveller.shift(timedelta(minutes=1))
        schedule_periodic(minutely, clock.now())
        run_due_jobs()
        assert calls == ["called", "called"]


def test_a_host_whose_clock_is_seconds_behind_runs_no_slot_again():
    minutely = [Periodic(note, timedelta(minutes=1))]
    with time_machine.travel("2026-03-01 12:00:20+00:00", tick=False) as traveller:
        schedule_periodic(minutely, clock.now())
        run_due_jobs()
        traveller.shift(timedelta(seconds=-15))
        schedule_periodic(minutely, clock.now())
        run_due_jobs()
    assert calls == ["called"]


def test_a_weekly_task_does_not_run_again_within_the_week():
    weekly = [Periodic(note, timedelta(weeks=1))]
    # 1 January 1970 was a Thursday, so that is when a week's slot begins.
    with time_machine.travel("2026-03-05 00:00:01+00:00", tick=False) as traveller:
        for _ in range(6):
            schedule_periodic(weekly, clock.now())
            run_due_jobs()
            traveller.shift(timedelta(days=1))
    assert calls == ["called"]


def test_the_queues_age_counts_waiting_jobs_only():
    now = clock.now()
    with transaction():
        assert queue_age_seconds(now) == 0
    store(note, due_at=now + timedelta(hours=1))
    with transaction():
        assert queue_age_seconds(now) == 0
        assert queue_age_seconds(now + timedelta(hours=2)) == pytest.approx(3600)
        db.session.execute(update(Job).values(parked_at=now, due_at=None))
    with transaction():
        assert queue_age_seconds(now + timedelta(hours=2)) == 0


@pytest.mark.slow
def test_workers_killed_at_any_moment_lose_and_double_nothing(app: Flask, tmp_path):
    outcome = run_killed_workers(app, tmp_path, answers=60, kills=5, seed=7)
    assert outcome.lost == 0
    assert outcome.doubled == 0
    assert outcome.parked == 0
    assert outcome.wrong_counts == 0
    assert outcome.told == outcome.expected
