"""Pay members through a payee that times out and repeats itself, with processes that are killed.

An operator makes files, sends them, brings reports and decides on what failed, each step in a
process of its own. Processes are killed at named points and at random; the operator, who cannot
know how far they came, does the step again. In the end payee, files, lines and ledger are compared.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from community.core.db import db, transaction
from reputation.ledger.models import LedgerEntry
from reputation.payback.models import Choice, LineState, PayoutLine, PeriodState
from reputation.payouts.books import check_everything
from reputation.payouts.models import PayoutBatch, PayoutItem
from reputation.payouts.operations import (
    export_form,
    leave_line,
    note_import,
    open_file,
    read_report,
    retry_line,
    settle_reports,
)
from reputation.payouts.operations.settling import Outcome as Settled
from reputation.payouts.queries import get_halt, reconcile
from tests.reputation.payouts.runs import PAYER, Run, make_run, period_state, settings_with
from tests.stress.payee import Payee, TimedOut

# Named points: shortly before a statement is sent, and around the commit; by what is done.
COMMITS = ("before commit", "after commit")
POINTS = {
    "export": (
        *("INSERT INTO payout_batches", "INSERT INTO payout_items", "UPDATE payout_lines"),
        *("INSERT INTO audit_entries", *COMMITS),
    ),
    "send": COMMITS,
    "report": (
        *("UPDATE payout_items", "UPDATE payout_lines", "INSERT INTO ledger_entries"),
        *("UPDATE ledger_accounts", "INSERT INTO settlement_imports", *COMMITS),
    ),
    "decide": ("UPDATE payout_lines", "INSERT INTO audit_entries", *COMMITS),
}
AT_ONCE = 25
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What came out; ``wrong_sums`` names the comparisons that did not come out equal."""

    seed: int
    lines: int
    settled: int
    left: int
    paid_twice: int
    lost: int
    booked_unpaid: int
    acknowledged_lost: int
    changed_files: int
    wrong_sums: list[str]
    broken: list[str]
    kills: int
    kills_by_point: dict[str, int]
    timeouts: int
    repeated_files: int
    refused_lines: int
    busy_steps: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Say whether nothing was paid twice, nothing was lost and all sums agree."""
        faults = (self.paid_twice, self.lost, self.booked_unpaid, self.acknowledged_lost)
        decided = self.settled + self.left == self.lines
        return decided and not any((*faults, self.changed_files, self.wrong_sums, self.broken))


def run_payouts(app: Flask, *, lines: int = 60, kills: int = 12, seed: int = 0) -> Outcome:
    """Pay so many members; needs an application context on an empty, migrated database."""
    started = time.monotonic()
    moments = random.Random(seed)
    with settings_with(**PAYER):
        run = make_run(*_wishes(moments, lines)).approved()
        operator = Operator(app, run, Payee(moments), moments, kills)
        operator.work()
        return _compare(operator, seed, time.monotonic() - started)


def _wishes(moments: random.Random, lines: int) -> list[tuple[str, int]]:
    forms = ("credit", "credit", "credit", "cash", "cash", "charity")
    return [(moments.choice(forms), moments.randint(1_000, 90_000)) for _ in range(lines)]


class Operator:
    """Takes one step after the other until the period is paid."""

    def __init__(
        self, app: Flask, run: Run, payee: Payee, moments: random.Random, kills: int
    ) -> None:
        self.app, self.run, self.payee, self.moments = app, run, payee, moments
        self.kills_left = kills
        self.kills: Counter[str] = Counter()
        self.acknowledged = 0
        self.refused = 0
        self.busy = 0

    def work(self) -> None:
        """Work until nothing is left to decide; what is killed is done again."""
        steps = (self.export, self.send, self.send, self.report, self.report, self.decide)
        deadline = time.monotonic() + 3_600
        while _read(period_state, self.run.period_id) != PeriodState.PAID:
            self.moments.choice(steps)()
            if time.monotonic() > deadline:
                raise TimeoutError("the period was not paid in time")

    def export(self) -> None:
        """Have a file made of a form, of which there may be one already."""
        form = self.moments.choice(list(Choice)[:3])
        self._in_a_process("export", _export, self.run, form)

    def send(self) -> None:
        """Send any file that is still open: a first time, or again after no answer came."""
        batches = _read(_open_batches, self.run.period_id)
        if not batches:
            return
        batch_id, message_id = self.moments.choice(batches)
        data = self._in_a_process("send", _take_file, self.run, batch_id)
        if data is None:
            return
        with suppress(TimedOut):
            self.payee.receive(message_id, data)

    def report(self) -> None:
        """Bring a report on a file, now and then the same one in two processes at once."""
        known = sorted(self.payee.keys)
        if not known:
            return
        message_id = self.moments.choice(known)
        data = self.payee.report(message_id)
        batch_id = _read(_batch_named, message_id)
        number = 2 if self.moments.random() < 0.2 else 1
        for outcome in self._in_processes(
            "report", [(_bring, (self.run, batch_id, data))] * number
        ):
            if outcome is not None:
                self.acknowledged += outcome.settled
                self.refused += len(outcome.faults)

    def decide(self) -> None:
        """Try some failed payments again and leave others for the next period."""
        for line_id in _read(_failed_lines, self.run.period_id):
            act = leave_line if self.moments.random() < 0.3 else retry_line
            self._in_a_process("decide", _decide, self.run, act, line_id)

    def _in_a_process(self, step: str, act: Callable[..., Any], *values: Any) -> Any:
        return self._in_processes(step, [(act, values)])[0]

    def _in_processes(
        self, step: str, acts: list[tuple[Callable[..., Any], tuple[Any, ...]]]
    ) -> list[Any]:
        """Return what each act says after its commit; None of one that was killed."""
        # The children must not use a connection of ours.
        db.session.remove()
        db.engine.dispose()
        children = [self._begin(step, act, values) for act, values in acts]
        return [self._end(*child) for child in children]

    def _begin(
        self, step: str, act: Callable[..., Any], values: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        point, at = self._kill_point(step)
        ours, theirs = get_context("fork").Pipe(duplex=False)
        arguments = (self.app, theirs, point, self.moments.randint(1, 2), act, values)
        process = get_context("fork").Process(target=_child, args=arguments)
        process.start()
        theirs.close()
        return process, ours, point, at

    def _kill_point(self, step: str) -> tuple[str, float | None]:
        if not self.kills_left or self.moments.random() < 0.4:
            return "", None
        if self.moments.random() < 0.3:
            return "", self.moments.random() * 0.15
        return self.moments.choice(POINTS[step]), None

    def _end(self, process: Any, ours: Connection, point: str, at: float | None) -> Any:
        if at is not None:
            process.join(at)
            process.kill()
        done, said = True, None
        # A process that was killed closes its end without a word, or in the middle of one.
        with suppress(EOFError, OSError):
            if ours.poll(PATIENCE_SECONDS):
                done, said = ours.recv()
        process.join(PATIENCE_SECONDS)
        if process.exitcode == -signal.SIGKILL:
            self.kills[point or "at random"] += 1
            self.kills_left = max(0, self.kills_left - 1)
        elif process.exitcode != 0:
            raise RuntimeError(f"a step ended with {process.exitcode}")
        self.busy += not done
        return said


def _child(
    app: Flask, pipe: Connection, point: str, times: int, act: Callable[..., Any], values: Any
) -> None:
    with app.app_context():
        _die_at(point, times)
        try:
            pipe.send((True, act(*values)))
        except OperationalError:
            # SQLite's one writer was busy for too long: refused, and to be done again.
            pipe.send((False, None))
        db.session.remove()
        db.engine.dispose()


def _die_at(point: str, times: int) -> None:
    """Let this process be killed when it comes to a point for the n-th time."""
    left = [times]

    def pass_by(*_: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(point):
            pass_by()

    if point == "before commit":
        event.listen(db.engine, "commit", pass_by)
    elif point == "after commit":
        event.listen(db.session.registry(), "after_commit", pass_by)
    elif point:
        event.listen(db.engine, "before_cursor_execute", look)


def _export(run: Run, form: Choice) -> None:
    with transaction():
        export_form(run.preparer, run.period_id, form)


def _take_file(run: Run, batch_id: int) -> bytes | None:
    with transaction():
        batch = db.session.get_one(PayoutBatch, batch_id)
        return None if batch.sealed_file is None else open_file(run.preparer, batch_id)


def _bring(run: Run, batch_id: int, data: bytes) -> Settled:
    reports, faults = read_report(data)
    outcome = Settled(faults=faults)
    for start in range(0, len(reports), AT_ONCE):
        with transaction():
            outcome.add(settle_reports(run.preparer, batch_id, reports[start : start + AT_ONCE]))
    with transaction():
        note_import(run.preparer, batch_id, data, outcome)
    return outcome


def _decide(run: Run, act: Callable[..., bool], line_id: int) -> bool:
    with transaction():
        return act(run.preparer, line_id)


def _read(query: Callable[[Any], Any], value: Any) -> Any:
    found = query(value)
    db.session.rollback()
    db.session.expunge_all()
    return found


def _open_batches(period_id: int) -> list[tuple[int, str]]:
    query = select(PayoutBatch.id, PayoutBatch.message_id).where(
        PayoutBatch.period_id == period_id, PayoutBatch.sealed_file.is_not(None)
    )
    return [(batch_id, name) for batch_id, name in db.session.execute(query)]


def _batch_named(message_id: str) -> int:
    return db.session.scalars(
        select(PayoutBatch.id).where(PayoutBatch.message_id == message_id)
    ).one()


def _failed_lines(period_id: int) -> list[int]:
    query = select(PayoutLine.id).where(
        PayoutLine.period_id == period_id, PayoutLine.state == LineState.FAILED
    )
    return list(db.session.scalars(query))


def _compare(operator: Operator, seed: int, seconds: float) -> Outcome:
    run, payee = operator.run, operator.payee
    db.session.rollback()
    lines = db.session.scalars(select(PayoutLine).where(PayoutLine.period_id == run.period_id))
    by_id = {line.id: line for line in lines}
    paid = _paid_by_line(payee)
    booked = Counter(
        {
            int(key.removeprefix("payout:")): number
            for key, number in db.session.execute(
                select(LedgerEntry.key, func.count())
                .where(LedgerEntry.cause == "payout")
                .group_by(LedgerEntry.key)
            )
        }
    )
    settled = {line_id for line_id, line in by_id.items() if line.state == LineState.SETTLED}
    return Outcome(
        seed=seed,
        lines=len(by_id),
        settled=len(settled),
        left=sum(line.state == LineState.ROLLED for line in by_id.values()),
        paid_twice=sum(paid[one] > 1 or booked[one] > 1 for one in by_id),
        lost=sum(bool(paid[one]) and (one not in settled or not booked[one]) for one in by_id),
        booked_unpaid=sum(bool(booked[one]) and not paid[one] for one in by_id),
        acknowledged_lost=max(0, operator.acknowledged - len(settled)),
        changed_files=payee.changed_files,
        wrong_sums=_wrong_sums(run, payee),
        broken=[broken.says for _, broken in check_everything() if broken]
        + (["halted"] if get_halt() else []),
        kills=operator.kills.total(),
        kills_by_point=dict(sorted(operator.kills.items())),
        timeouts=payee.timeouts,
        repeated_files=payee.repeats,
        refused_lines=operator.refused,
        busy_steps=operator.busy,
        seconds=round(seconds, 1),
    )


def _paid_by_line(payee: Payee) -> Counter[int]:
    """Count how often the payee has paid each line, by what the files say a key stands for."""
    paid: Counter[int] = Counter()
    query = select(PayoutItem.line_id, PayoutItem.reference)
    for line_id, reference in db.session.execute(query):
        paid[line_id] += payee.paid[reference]
    return paid


def _wrong_sums(run: Run, payee: Payee) -> list[str]:
    """Compare to the unit what the payee has paid, what the files say and what the ledger says."""
    spent = sum(amount for key, (_, amount) in payee.verdicts.items() if payee.paid[key])
    in_files = db.session.scalar(
        select(func.sum(PayoutItem.amount + PayoutItem.matched)).where(
            PayoutItem.state == "settled"
        )
    )
    given = db.session.scalar(
        select(func.sum(PayoutItem.amount)).where(PayoutItem.state == "settled")
    )
    booked = db.session.scalar(
        select(func.sum(-LedgerEntry.amount)).where(LedgerEntry.cause == "payout")
    )
    wrong = [sums.form.value for sums in reconcile(run.period_id) if not sums.agrees]
    if spent != in_files:
        wrong.append(f"paid {spent}, in files {in_files}")
    if given != booked:
        wrong.append(f"settled {given}, booked {booked}")
    return wrong
