"""Kill workers that hand questions over, at random and at named moments; then count."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from flask import Flask
from sqlalchemy import func, insert, select

from community.boards.models import Board
from community.core import clock
from community.core.db import db, reserve_ids, transaction
from community.core.jobs import Job, registry
from community.core.markup import RENDER_VERSION
from community.core.worker import Periodic, Worker
from community.escalation.calendars.business_time import add_business_minutes
from community.escalation.calendars.queries import get_opening_hours
from community.escalation.cases.models import Escalation, SupportCase
from community.escalation.sla.models import FIRST, RESOLUTION, SlaClock
from community.escalation.triggers.models import WaitingQuestion
from community.escalation.triggers.operations.watching import sweep_due
from community.notifications.models import Notification
from community.posts.models import Post
from community.questions.models import Question
from tests.factories.community import make_board, make_user
from tests.stress.dying import Death

WORKERS = 2
LEASE_SECONDS = 2
PATIENCE_AT_A_POINT_SECONDS = 0.3
STATEMENTS = {
    "DELETE FROM waiting_questions": "row taken",
    "INSERT INTO support_cases": "case written",
    "INSERT INTO escalations": "escalation written",
    "INSERT INTO sla_clocks": "clock written",
    "INSERT INTO notifications": "notification written",
    "DELETE FROM jobs": "job ended",
}
HEARERS = ("escalation.", "notifications.")


@dataclass(frozen=True)
class Outcome:
    """What came out: questions without their case, with two, and what went wrong beside that."""

    seed: int
    questions: int
    kills: int
    kills_at_points: int
    lost: int
    doubled: int
    wrong_causes: int
    wrong_clocks: int
    notifications: int
    untold: int
    told_twice: int
    parked: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        lost = self.lost, self.doubled, self.untold, self.told_twice
        return not any((*lost, self.wrong_causes, self.wrong_clocks, self.parked))


def run_killed_sweepers(
    app: Flask,
    *,
    questions: int = 60,
    kills: int = 6,
    seed: int = 0,
    patience_seconds: float = 300,
) -> Outcome:
    """Let two workers hand over what is due, and kill them. Needs an application context."""
    started, chance = time.monotonic(), random.Random(seed)
    with _only_the_handover(app):
        store_due_questions(make_board(), questions, clock.now() - timedelta(minutes=1))
        crew = _Crew(app)
        try:
            deadline = started + patience_seconds
            at_points = crew.kill_on_the_way(questions, kills, chance, deadline)
            crew.wait_until_done(deadline)
        finally:
            crew.stop()
    return _count(seed, questions, kills, at_points, time.monotonic() - started)


@contextmanager
def _only_the_handover(app: Flask) -> Iterator[None]:
    """Let nobody hear of events but who opens cases and tells people, and leases end soon."""
    before, settings = dict(registry.subscribers), app.config["SETTINGS"]
    for name, tasks in before.items():
        registry.subscribers[name] = [task for task in tasks if task.startswith(HEARERS)]
    app.config["SETTINGS"] = replace(settings, job_lease_seconds=LEASE_SECONDS)
    yield
    registry.subscribers.update(before)
    app.config["SETTINGS"] = settings


def store_due_questions(board: Board, number: int, due_at: datetime) -> None:
    """Store public questions that nobody answered, a row each to say since when they are due.

    They were asked long enough ago, by a few members in turn.
    """
    askers = [make_user().id for _ in range(5)]
    asked_at = clock.now() - timedelta(days=30)
    with transaction():
        ids = reserve_ids(Post.__table__, number)
        shared = {"board_id": board.id, "visibility": "published", "created_at": asked_at}
        texts = {"body": "It stopped.", "html": "<p>It stopped.</p>", "language": "en"}
        shared |= {**texts, "render_version": RENDER_VERSION}
        facts = {"place_id": board.id, "asked_at": asked_at, "last_activity_at": asked_at}
        posts, asked, waiting = [], [], []
        for place, new_id in enumerate(ids):
            author = askers[place % len(askers)]
            posts.append(
                {"id": new_id, "kind": "question", "root_id": new_id, "author_id": author} | shared
            )
            asked.append({"id": new_id, "title": f"Question {place}", "slug": "question"} | facts)
            waiting.append({"question_id": new_id, "due_at": due_at})
        db.session.execute(insert(Post.__table__), posts)
        db.session.execute(insert(Question.__table__), asked)
        db.session.execute(insert(WaitingQuestion), waiting)


class _Crew:
    """Two workers; who dies is replaced."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.processes: list[BaseProcess] = [self._start() for _ in range(WORKERS)]

    def _start(self) -> BaseProcess:
        # A child must not use a connection of ours.
        db.session.remove()
        db.engine.dispose()
        process = get_context("fork").Process(target=self._work)
        process.start()
        return process

    def _work(self) -> None:
        with self.app.app_context():
            Death(STATEMENTS).wait_everywhere()
        Worker(self.app, (Periodic(sweep_due, timedelta(seconds=1)),)).run()

    def kill_on_the_way(
        self, questions: int, kills: int, chance: random.Random, deadline: float
    ) -> int:
        """Kill whenever another part of the questions is handed over; count deaths at a point."""
        at_points = 0
        for number in range(kills):
            while _handed_over() < questions * number // (kills + 1):
                _check_time(deadline)
                time.sleep(0.02)
            time.sleep(chance.random() * 0.05)
            at_points += self._kill(chance.randrange(WORKERS), at_point=number % 2 == 0)
        return at_points

    def _kill(self, slot: int, *, at_point: bool) -> bool:
        process = self.processes[slot]
        died_there = False
        if at_point and process.pid and process.is_alive():
            os.kill(process.pid, signal.SIGUSR1)
            # Not longer: the others would hand everything over meanwhile.
            process.join(timeout=PATIENCE_AT_A_POINT_SECONDS)
            died_there = not process.is_alive()
        process.kill()
        process.join()
        self.processes[slot] = self._start()
        return died_there

    def wait_until_done(self, deadline: float) -> None:
        """Wait until nothing is due and no job waits."""
        while _left():
            _check_time(deadline)
            time.sleep(0.1)

    def stop(self) -> None:
        """Kill whoever is left."""
        for process in self.processes:
            process.kill()
            process.join()


def _check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError("handing over takes longer than anybody has patience")


def _read(query: object) -> int:
    # A reading transaction: looking must not take the write lock from the workers.
    found = db.session.scalars(query).one()  # type: ignore[call-overload]
    db.session.rollback()
    return int(found)


def _handed_over() -> int:
    return _read(select(func.count(Escalation.id)))


def _left() -> int:
    jobs = select(func.count(Job.id)).where(
        Job.parked_at.is_(None), Job.task.not_like("%.sweep_due")
    )
    return _read(jobs) + _read(select(func.count()).select_from(WaitingQuestion))


def _count(seed: int, questions: int, kills: int, at_points: int, seconds: float) -> Outcome:
    with transaction():
        cases = Counter(db.session.scalars(select(SupportCase.question_id)))
        causes = Counter(db.session.scalars(select(Escalation.question_id)))
        told = Counter(
            (user_id, page)
            for user_id, page in db.session.execute(
                select(Notification.user_id, Notification.page).where(Notification.page != "")
            )
        )
        parked = db.session.scalars(
            select(func.count(Job.id)).where(Job.parked_at.is_not(None))
        ).one()
        wrong_clocks = _count_wrong_clocks()
    return Outcome(
        seed=seed,
        questions=questions,
        kills=kills,
        kills_at_points=at_points,
        lost=questions - len(cases),
        doubled=sum(number - 1 for number in cases.values()),
        wrong_causes=sum(number != 1 for number in causes.values()) + questions - len(causes),
        wrong_clocks=wrong_clocks,
        notifications=len(told),
        untold=questions - len(told),
        told_twice=sum(number - 1 for number in told.values()),
        parked=parked,
        seconds=round(seconds, 1),
    )


def _count_wrong_clocks() -> int:
    """Count cases that do not have one clock of each kind, due when it is reckoned to be."""
    hours = get_opening_hours(None)
    found: dict[int, Counter[tuple[str, bool]]] = {
        case_id: Counter() for case_id in db.session.scalars(select(SupportCase.id))
    }
    for each in db.session.scalars(select(SlaClock)):
        due = add_business_minutes(hours, each.started_at, each.target_minutes)
        found[each.case_id][each.kind, each.due_at == due] += 1
    right = Counter({(FIRST, True): 1, (RESOLUTION, True): 1})
    return sum(counted != right for counted in found.values())
