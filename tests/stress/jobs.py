"""Kill real workers at random moments while they tell members of answers, then count."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from community.app import create_app
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.settings import Settings
from community.core.worker import Worker
from community.notifications.models import Notification
from community.notifications.operations.unread import rebuild_unread
from community.schedule import PERIODIC
from tests.factories.community import make_question, make_user

LEASE_SECONDS = 2
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What came out: notifications expected, found, missing, found twice; jobs given up."""

    expected: int
    told: int
    lost: int
    doubled: int
    parked: int
    wrong_counts: int
    kills: int
    seconds: float


def run_killed_workers(
    app: Flask,
    folder: Path,
    *,
    answers: int = 100,
    kills: int = 4,
    seed: int = 0,
    patience_seconds: float = 120,
) -> Outcome:
    """Store answers, then kill one worker after the other while they work; the last one finishes.

    Every answer tells the asker and one more watcher, so ``2 * answers`` notifications and as many
    mails (into files under ``folder``) are expected. Needs an application context. The workers that
    are killed are forked, which saves them the start of an interpreter; the last one is the
    ``flask worker`` an operator runs.
    """
    started, moments = time.monotonic(), random.Random(seed)
    watcher_ids = _store_answers(answers)
    for _ in range(kills):
        with _forked_worker(app, folder) as child:
            _wait_for_progress(child, moments.randint(1, max(1, answers // kills)))
            time.sleep(moments.random() * 0.05)
            child.kill()
            child.join()
    with _worker(app, folder) as process:
        _wait_until_empty(process, started + patience_seconds)
        process.terminate()
        process.wait(timeout=30)
    return _count(watcher_ids, answers, kills, time.monotonic() - started)


def _store_answers(answers: int) -> list[int]:
    from community.posts.operations import watch
    from community.questions.operations.answers import post_answer
    from community.questions.operations.questions import lock_question

    asker, watcher, helper = make_user(), make_user(), make_user()
    question = make_question(asker)
    with transaction():
        watch(watcher.id, post_id=question.id)
        locked = lock_question(question.id)
        for number in range(answers):
            post_answer(helper, locked, f"Answer {number}: restart it and wait five minutes.")
    return [asker.id, watcher.id]


@contextmanager
def _forked_worker(app: Flask, folder: Path) -> Iterator[ForkProcess]:
    settings = replace(
        app.config["SETTINGS"],
        instance_path=folder,
        mail_backend="file",
        job_lease_seconds=LEASE_SECONDS,
    )
    # The child must not use a connection of ours.
    db.session.remove()
    db.engine.dispose()
    child = get_context("fork").Process(target=_work, args=(settings,))
    child.start()
    try:
        yield child
    finally:
        child.kill()
        child.join()


def _work(settings: Settings) -> None:
    Worker(create_app(settings), PERIODIC).run()


@contextmanager
def _worker(app: Flask, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = app.config["SETTINGS"]
    environment = {
        **os.environ,
        "FLASK_APP": "wsgi",
        "FORUM_ENVIRONMENT": "test",
        "FORUM_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "FORUM_INSTANCE_PATH": str(folder),
        "FORUM_MAIL_BACKEND": "file",
        "FORUM_JOB_LEASE_SECONDS": str(LEASE_SECONDS),
        "FORUM_LOG_FORMAT": "off",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait_for_progress(child: ForkProcess, steps: int) -> None:
    """Wait until this worker has ended some jobs, or none are left."""
    before = _told()
    while child.is_alive() and _waiting() and _told() < before + steps:
        time.sleep(0.01)


def _wait_until_empty(process: subprocess.Popen[bytes], deadline: float) -> None:
    while _waiting():
        if process.poll() is not None:
            raise RuntimeError(f"the worker ended by itself with {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{_waiting()} jobs are still waiting")
        time.sleep(0.05)


def _waiting() -> int:
    """Count the jobs of notifications that still wait."""
    return _read(
        select(func.count(Job.id)).where(Job.parked_at.is_(None), Job.task.like("notifications.%"))
    )


def _told() -> int:
    return _read(select(func.count(Notification.id)))


def _read(query: Any) -> int:
    # A reading transaction: looking must not take the write lock from the worker.
    found = db.session.scalars(query).one()
    db.session.rollback()
    return int(found)


def _count(watcher_ids: list[int], answers: int, kills: int, seconds: float) -> Outcome:
    with transaction():
        rows = db.session.execute(
            select(Notification.user_id, Notification.post_id, func.count())
            .where(Notification.kind == "answer", Notification.user_id.in_(watcher_ids))
            .group_by(Notification.user_id, Notification.post_id)
        ).all()
        parked = db.session.scalars(
            select(func.count(Job.id)).where(Job.parked_at.is_not(None))
        ).one()
        wrong = rebuild_unread()
    expected = answers * len(watcher_ids)
    return Outcome(
        expected=expected,
        told=sum(row[2] for row in rows),
        lost=expected - len(rows),
        doubled=sum(row[2] - 1 for row in rows),
        parked=parked,
        wrong_counts=wrong,
        kills=kills,
        seconds=round(seconds, 1),
    )
