"""A short form of ``dev.py stress payouts``."""

import secrets
from dataclasses import asdict

from flask import Flask

from tests.stress.payouts import run_payouts


def test_kills_time_outs_and_repeated_files_pay_nobody_twice_and_lose_nothing(app: Flask) -> None:
    outcome = run_payouts(app, lines=40, kills=15, seed=secrets.randbelow(1_000_000))
    assert outcome.holds, asdict(outcome)
    assert outcome.kills
