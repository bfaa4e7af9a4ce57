"""Kill workers that hand questions over, at random and at named points; then count."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask
from flask_mailman.utils import DNS_NAME
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from community.app import create_app
from community.boards.models import Board
from community.core import clock
from community.core.db import db, reserve_ids, transaction
from community.core.jobs import Job, enqueue, registry
from community.core.markup import RENDER_VERSION
from community.core.worker import Periodic, Worker
from community.escalation.cases.models import Escalation
from community.escalation.triggers.models import WaitingQuestion
from community.escalation.triggers.operations.watching import sweep_due
from community.posts.models import Post
from community.questions.models import Question
from tests.factories.community import make_board, make_user
from tests.stress.dying import Death, deaths_in
from tests.stress.handed_over import Outcome, count_outcome
from tests.stress.mail_server import running_mail_server

WORKERS = 2
# Longer than a busy machine takes for a mail, or a worker loses it while it is alive.
LEASE_SECONDS = 6
PATIENCE_AT_A_POINT_SECONDS = 5.0
# How often, at each stage of a mail.
HANGING_UP = 0.005
# The last but one is between the mail server's 250 and the commit that notes it.
STATEMENTS = {
    "DELETE FROM waiting_questions": "row taken",
    "INSERT INTO support_cases": "case written",
    "INSERT INTO escalations": "escalation written",
    "INSERT INTO sla_clocks": "clock written",
    "INSERT INTO sla_events": "clock's event written",
    "INSERT INTO notifications": "notification written",
    "UPDATE notifications SET mailed_at": "mail taken, not noted",
    "DELETE FROM jobs": "job ended",
}
HEARERS = ("escalation.", "notifications.")


def run_killed_sweepers(
    app: Flask,
    folder: Path,
    *,
    questions: int = 60,
    kills: int = 6,
    seed: int = 0,
    patience_seconds: float = 300,
) -> Outcome:
    """Let two workers hand over what is due, tell who asked, and kill them; then count.

    Questions come due in portions, one for each kill, so that each finds every step of the way at
    work. Mail goes to a server that hangs up now and then. Needs an application context.
    """
    started, chance = time.monotonic(), random.Random(seed)
    outcome = Outcome(seed=seed, questions=questions, kills=kills)
    diary, log = folder / "deaths", folder / "mails"
    with running_mail_server(log, hanging_up=HANGING_UP) as server, _only_the_handover(app):
        ids = store_open_questions(make_board(), questions)
        crew = _Crew(_app_with_mail(app, server.port), diary, ids, chance)
        try:
            deadline = started + patience_seconds
            crew.kill_on_the_way(kills, deadline)
            crew.wait_until_done(deadline)
        finally:
            crew.stop()
        deliveries = server.deliveries()
    seconds = round(time.monotonic() - started, 1)
    outcome = replace(outcome, seconds=seconds, kills_at_points=dict(deaths_in(diary)))
    return count_outcome(outcome, deliveries, crew.killed)


def _app_with_mail(app: Flask, port: int) -> Flask:
    """Return the application as the workers run it: on the same database, with a mail server."""
    settings = app.config["SETTINGS"]
    server = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False}
    return create_app(replace(settings, mail_backend="smtp", **server))


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
    """Store public questions that nobody answered, a row each to say since when they are due."""
    ids = store_open_questions(board, number)
    with transaction():
        let_wait(ids, due_at)


def let_wait(ids: Sequence[int], due_at: datetime) -> None:
    """Store since when questions are due."""
    rows = [{"question_id": question_id, "due_at": due_at} for question_id in ids]
    if rows:
        db.session.execute(insert(WaitingQuestion), rows)


def store_open_questions(board: Board, number: int) -> list[int]:
    """Store public questions that nobody answered, and return their ids.

    They were asked long enough ago, by a few members in turn.
    """
    askers = [make_user().id for _ in range(5)]
    asked_at = clock.now() - timedelta(days=30)
    with transaction():
        ids = list(reserve_ids(Post.__table__, number))
        shared = {"board_id": board.id, "visibility": "published", "created_at": asked_at}
        texts = {"body": "It stopped.", "html": "<p>It stopped.</p>", "language": "en"}
        shared |= {**texts, "render_version": RENDER_VERSION}
        facts = {"place_id": board.id, "asked_at": asked_at, "last_activity_at": asked_at}
        posts, asked = [], []
        for place, new_id in enumerate(ids):
            author = askers[place % len(askers)]
            posts.append(
                {"id": new_id, "kind": "question", "root_id": new_id, "author_id": author} | shared
            )
            asked.append({"id": new_id, "title": f"Question {place}", "slug": "question"} | facts)
        db.session.execute(insert(Post.__table__), posts)
        db.session.execute(insert(Question.__table__), asked)
    return ids


class _Crew:
    """Two workers; who dies is replaced. ``killed`` are the names of the dead."""

    def __init__(
        self, app: Flask, diary: Path, questions: Sequence[int], chance: random.Random
    ) -> None:
        self.app, self.diary, self.questions, self.chance = app, diary, questions, chance
        self.started = 0
        self.killed: set[str] = set()
        self.names: list[str] = [""] * WORKERS
        self.processes: list[BaseProcess] = [self._start(slot) for slot in range(WORKERS)]

    def _start(self, slot: int) -> BaseProcess:
        # A child must not use a connection of ours.
        db.session.remove()
        db.engine.dispose()
        self.started += 1
        self.names[slot] = f"worker-{self.started}.stress"
        process = get_context("fork").Process(target=self._work, args=(self.names[slot],))
        process.start()
        return process

    def _work(self, name: str) -> None:
        # Under this name it comes to the mail server.
        DNS_NAME._fqdn = name
        with self.app.app_context():
            Death(STATEMENTS, diary=self.diary).wait_everywhere()
        Worker(self.app, (Periodic(sweep_due, timedelta(seconds=1)),)).run()

    def kill_on_the_way(self, kills: int, deadline: float) -> None:
        """Let a portion of the questions come due before each kill, and one after the last."""
        portions = kills + 1
        ends = [len(self.questions) * (number + 1) // portions for number in range(portions)]
        self._let_come_due(0, ends[0])
        for number in range(kills):
            begun = ends[number - 1] if number else 0
            half = (begun + ends[number]) // 2
            while _handed_over() < half:
                _check_time(deadline)
                time.sleep(0.02)
            self._let_come_due(ends[number], ends[number + 1])
            time.sleep(self.chance.random() * 0.05)
            self._kill(self.chance.randrange(WORKERS), at_point=number % 2 == 0)

    def _let_come_due(self, start: int, end: int) -> None:
        while True:
            try:
                with transaction():
                    let_wait(self.questions[start:end], clock.now() - timedelta(minutes=1))
                    # Not in the next minute: who is to die now needs something to do.
                    enqueue(sweep_due)
                return
            except (OperationalError, sqlite3.OperationalError):
                # On SQLite two workers can keep a third writer waiting too long on a busy machine.
                db.session.rollback()

    def _kill(self, slot: int, *, at_point: bool) -> None:
        process = self.processes[slot]
        if at_point and process.pid and process.is_alive():
            os.kill(process.pid, signal.SIGUSR1)
            patience = time.monotonic() + PATIENCE_AT_A_POINT_SECONDS
            while process.is_alive() and time.monotonic() < patience and _left():
                process.join(timeout=0.1)
        process.kill()
        process.join()
        self.killed.add(self.names[slot])
        self.processes[slot] = self._start(slot)

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
