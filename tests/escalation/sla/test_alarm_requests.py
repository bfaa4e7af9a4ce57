"""The signed request of a missed deadline, sent to a server of ours and tried again."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.jobs import Job, enqueue
from community.core.worker import run_due_jobs
from community.escalation.sla.alarms import alarm_key, send_alarm
from community.escalation.sla.operations import note_staff_reply
from tests.escalation.sla.alarming import make_breached_clock
from tests.escalation.sla.scenes import HOUR, MINUTE, MONDAY
from tests.loopback import QuietHandler, serving


class Receiver(QuietHandler):
    """Takes alarms, after it refused the first ones with these statuses."""

    refusals: list[int] = []
    taken: list[tuple[str, dict[str, str], bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.refusals:
            self.send(b"", self.refusals.pop(0))
            return
        self.taken.append((self.path, dict(self.headers), body))
        self.send(b"", 202)


@pytest.fixture
def receiver(app: Flask) -> Iterator[str]:
    """A receiver of alarms on this machine, which the operator named."""
    Receiver.refusals, Receiver.taken = [], []
    before = app.config["SETTINGS"]
    with serving(Receiver) as origin:
        app.config["SETTINGS"] = replace(before, trusted_origins=origin)
        yield origin
    app.config["SETTINGS"] = before


def waiting() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(select(Job).where(Job.task.endswith("post_alarm"))))


def test_an_alarm_is_signed_and_sent_again_until_it_is_taken(receiver: str) -> None:
    late = make_breached_clock(f"{receiver}/in?team=1")
    Receiver.refusals = [500, 429]
    with time_machine.travel(MONDAY + 2 * HOUR, tick=False) as traveller:
        with transaction():
            enqueue(send_alarm, clock_id=late.id)
        run_due_jobs()
        assert Receiver.taken == []
        assert [(job.attempts, "AlarmNotTaken" in (job.last_error or "")) for job in waiting()] == [
            (1, True)
        ]
        for _ in range(2):
            traveller.shift(timedelta(minutes=1))
            run_due_jobs()
    assert waiting() == []
    ((path, headers, body),) = Receiver.taken
    assert path == "/in?team=1"
    signed = hmac.new(alarm_key(late.policy_id).encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Forum-Signature"] == f"sha256={signed}"
    assert headers["Content-Type"] == "application/json"
    facts = json.loads(body)
    assert (facts["id"], facts["case"]) == (f"sla-{late.id}", f"C-{late.case_id}")
    assert set(facts) == {"event", "id", "case", "clock", "priority", "due_at", "url"}


def test_a_private_address_that_nobody_named_is_not_asked(app: Flask, receiver: str) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], trusted_origins="")
    late = make_breached_clock(f"{receiver}/in")
    with transaction():
        enqueue(send_alarm, clock_id=late.id)
    run_due_jobs()
    assert Receiver.taken == []
    assert ["AddressRefused" in (job.last_error or "") for job in waiting()] == [True]


def test_who_answered_meanwhile_spares_the_world_the_alarm(receiver: str) -> None:
    late = make_breached_clock(f"{receiver}/in")
    with transaction():
        note_staff_reply(late.case_id, MONDAY + HOUR + MINUTE)
        enqueue(send_alarm, clock_id=late.id)
    run_due_jobs()
    assert Receiver.taken == []
    assert waiting() == []
