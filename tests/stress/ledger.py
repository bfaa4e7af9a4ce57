"""Kill processes that book points and pay them out, at random and at named moments; then check."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask
from sqlalchemy import delete, func, select, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import EventRecord, Job, registry
from community.core.worker import Worker, run_due_jobs
from community.identity.models import User
from reputation.ledger.models import LedgerClosing, LedgerEntry
from reputation.ledger.operations import add_rules
from reputation.ledger.rebuild import rebuild_ledger
from reputation.ledger.rules import PAYBACK, PAYBACK_1, PAYOUT
from reputation.ledger.verify import verify_ledger
from tests.factories.community import make_answer, make_board, make_question, make_user
from tests.stress.ledger_acts import Actor, World, earned_before, make_death

WORKERS = 2
LEASE_SECONDS = 2
ACTS_A_PERSON = ACTS_A_QUESTION = 1_000


@dataclass(frozen=True)
class Outcome:
    """What came out; ``lost`` and ``doubled`` count acts that were answered as booked."""

    seed: int
    acts: int
    kills: int
    kills_at_points: int
    entries: int
    answered: int
    lost: int
    doubled: int
    paid_wrongly: int
    broken: list[str]
    rebuilt: int
    parked: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        wrong = self.lost, self.doubled, self.paid_wrongly, self.rebuilt, self.parked
        return not any(wrong) and not self.broken


class Crew:
    """The processes: some act, two work off events; who dies is replaced."""

    def __init__(self, app: Flask, folder: Path, world: World, *, seed: int, actors: int) -> None:
        self.app, self.folder, self.world, self.seed = app, folder, world, seed
        self.actors = actors
        self.processes: dict[int, BaseProcess] = {}
        self.acts_each = 0

    def start(self, slot: int) -> None:
        """Fork the process of a slot; the last slots are workers."""
        # A child must not use a connection of ours.
        db.session.remove()
        db.engine.dispose()
        target = self._act if slot < self.actors else self._work
        process = get_context("fork").Process(target=target, args=(slot,))
        process.start()
        self.processes[slot] = process

    def answers(self, slot: int) -> Path:
        """Return the file an actor's answered acts are written to."""
        return self.folder / f"acts-{slot}.log"

    def answered(self) -> int:
        """Count all acts that were answered so far."""
        files = [self.answers(slot) for slot in range(self.actors)]
        return sum(file.read_bytes().count(b"\n") for file in files if file.exists())

    def kill(self, slot: int, *, at_point: bool) -> None:
        """Kill a process now, or let it die at a point of its own; then replace it."""
        process = self.processes[slot]
        if at_point and process.pid and process.is_alive():
            os.kill(process.pid, signal.SIGUSR1)
            process.join(timeout=5)
        process.kill()
        process.join()
        self.start(slot)

    def are_done(self) -> bool:
        """Say whether all actors have ended; raises where one failed."""
        codes = [self.processes[slot].exitcode for slot in range(self.actors)]
        if any(code is not None and code > 0 for code in codes):
            raise RuntimeError(f"an actor ended with {codes}")
        return all(code == 0 for code in codes)

    def stop(self) -> None:
        """Kill whoever is left."""
        for process in self.processes.values():
            process.kill()
            process.join()

    def _act(self, slot: int) -> None:
        with self.app.app_context():
            death = make_death()
            death.wait_everywhere()
            actor = Actor(self.world, slot, self.seed, self.answers(slot), death)
            actor.run(self.acts_each)

    def _work(self, slot: int) -> None:
        with self.app.app_context():
            make_death().wait_everywhere()
        Worker(self.app, ()).run()


def run_killed_bookkeepers(
    app: Flask,
    folder: Path,
    *,
    acts: int = 400,
    kills: int = 6,
    processes: int = 8,
    seed: int = 0,
    patience_seconds: float = 300,
) -> Outcome:
    """Let processes act and die, then check everything. Needs an application context.

    Only the ledger hears of events; ``processes`` counts two workers among them.
    """
    started, chance = time.monotonic(), random.Random(seed)
    with _only_the_ledger(app):
        # On as few posts as in the short form each would be thanked for thousands of times.
        world = make_world(max(24, acts // ACTS_A_PERSON), max(12, acts // ACTS_A_QUESTION))
        actors = processes - WORKERS
        crew = Crew(app, folder, world, seed=seed, actors=actors)
        crew.acts_each = acts // actors
        for slot in range(processes):
            crew.start(slot)
        try:
            at_points = _kill_on_the_way(crew, kills, chance, started + patience_seconds)
            _wait(crew, started + patience_seconds)
            _let_work_off(started + patience_seconds)
        finally:
            crew.stop()
        return _check(crew, kills, at_points, started)


@contextmanager
def _only_the_ledger(app: Flask) -> Iterator[None]:
    """Let nobody else hear of events, and leases end soon."""
    before, settings = dict(registry.subscribers), app.config["SETTINGS"]
    for name, tasks in before.items():
        registry.subscribers[name] = [t for t in tasks if t.startswith("reputation.ledger.")]
    app.config["SETTINGS"] = replace(settings, job_lease_seconds=LEASE_SECONDS)
    yield
    registry.subscribers.update(before)
    app.config["SETTINGS"] = settings


def make_world(people: int, questions: int) -> World:
    """Make members, questions with three answers each, and rules of payback."""
    members = [make_user() for _ in range(people)]
    board = make_board()
    asked = [make_question(members[number % people], board) for number in range(questions)]
    answers = [
        make_answer(question, members[(number + place) % people])
        for number, question in enumerate(asked)
        for place in (1, 5, 11)
    ]
    moderator = make_user(role="moderator")
    with transaction():
        db.session.execute(update(User).values(confirmed_at=None))
        db.session.execute(delete(Job))
        db.session.execute(delete(EventRecord))
        add_rules(SYSTEM, PAYBACK, PAYBACK_1)
    return World(
        tuple(member.id for member in members),
        moderator.id,
        tuple(question.id for question in asked),
        tuple(answer.id for answer in answers),
    )


def _kill_on_the_way(crew: Crew, kills: int, chance: random.Random, deadline: float) -> int:
    """Kill whenever another part of the acts is done; returns how many died at a point."""
    at_points, acts = 0, crew.acts_each * crew.actors
    for number in range(kills):
        while crew.answered() < acts * (number + 1) // (kills + 2):
            _check_time(deadline)
            time.sleep(0.02)
        at_point = number % 2 == 0
        at_points += at_point
        time.sleep(chance.random() * 0.05)
        crew.kill(chance.choice(list(crew.processes)), at_point=at_point)
    return at_points


def _wait(crew: Crew, deadline: float) -> None:
    while not crew.are_done():
        _check_time(deadline)
        time.sleep(0.05)


def _let_work_off(deadline: float) -> None:
    """Let the workers, which nobody kills any more, do what waits."""
    while _waiting():
        _check_time(deadline)
        time.sleep(0.2)


def _check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError("the acts take longer than anybody has patience")


def _check(crew: Crew, kills: int, at_points: int, started: float) -> Outcome:
    _work_off()
    answered = list(_answered_postings(crew))
    with transaction():
        found = dict(
            db.session.execute(
                select(LedgerEntry.key, LedgerEntry.amount).where(
                    LedgerEntry.key.in_([key for key, _ in answered])
                )
            ).all()
        )
        lost = sum(key not in found for key, _ in answered)
        doubled = sum(key in found and found[key] != amount for key, amount in answered)
        broken = [f"{each.says}: {each.where}" for _, each in verify_ledger() if each]
        entries = db.session.scalar(select(func.count(LedgerEntry.id))) or 0
        parked = db.session.scalar(select(func.count(Job.id))) or 0
        paid_wrongly = _count_wrong_payments()
    return Outcome(
        seed=crew.seed,
        acts=crew.answered(),
        kills=kills,
        kills_at_points=at_points,
        entries=entries,
        answered=len(answered),
        lost=lost,
        doubled=doubled,
        paid_wrongly=paid_wrongly,
        broken=broken,
        rebuilt=rebuild_ledger().entries,
        parked=parked,
        seconds=round(time.monotonic() - started, 1),
    )


def _work_off() -> None:
    """Work off what is left, also what a killed worker had claimed."""
    deadline = time.monotonic() + 20 * LEASE_SECONDS
    while _waiting() and time.monotonic() < deadline:
        if run_due_jobs():
            deadline = time.monotonic() + 20 * LEASE_SECONDS
        else:
            time.sleep(0.1)


def _waiting() -> int:
    waiting = db.session.scalar(select(func.count(Job.id)).where(Job.parked_at.is_(None)))
    db.session.rollback()
    return waiting or 0


def _answered_postings(crew: Crew) -> Iterator[tuple[str, int]]:
    for slot in range(crew.actors):
        for line in crew.answers(slot).read_text().splitlines():
            _, key, amount = line.split()
            if key != "-":
                yield key, int(amount)


def _count_wrong_payments() -> int:
    """Count members whose payments are not what they had earned before the last one's closing."""
    closings = dict(db.session.execute(select(LedgerClosing.id, LedgerClosing.before)).all())
    paid: dict[int, int] = {}
    last: dict[int, int] = {}
    payouts = select(LedgerEntry.user_id, LedgerEntry.key, LedgerEntry.amount)
    for user_id, key, amount in db.session.execute(payouts.where(LedgerEntry.cause == PAYOUT)):
        paid[user_id] = paid.get(user_id, 0) + amount
        closing_id = int(key.rsplit("-", 1)[1])
        at = max(last.get(user_id, closing_id), closing_id, key=closings.__getitem__)
        last[user_id] = at
    return sum(
        earned_before(user_id, closings[last[user_id]]) + amount != 0
        for user_id, amount in paid.items()
    )
