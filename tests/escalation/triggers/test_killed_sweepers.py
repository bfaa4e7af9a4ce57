"""Workers that hand questions over are killed; a short form of ``dev.py stress escalation``."""

import os

import pytest
from flask import Flask

from tests.stress.escalation import run_killed_sweepers


@pytest.mark.slow
def test_every_due_question_gets_one_case_whoever_is_killed(app: Flask) -> None:
    seed = int.from_bytes(os.urandom(4))
    outcome = run_killed_sweepers(app, questions=24, kills=4, seed=seed)
    wrong = outcome.lost, outcome.doubled, outcome.wrong_causes, outcome.told_twice, outcome.parked
    assert not any(wrong), outcome
