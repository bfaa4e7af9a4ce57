"""Workers that hand questions over are killed; a short form of ``dev.py stress escalation``."""

import os
from pathlib import Path

import pytest
from flask import Flask

from tests.stress.escalation import run_killed_sweepers


@pytest.mark.slow
def test_each_due_question_gets_a_case_and_its_asker_a_mail_whoever_is_killed(
    app: Flask, tmp_path: Path
) -> None:
    seed = int.from_bytes(os.urandom(4))
    outcome = run_killed_sweepers(app, tmp_path, questions=24, kills=4, seed=seed)
    assert outcome.holds, outcome
    assert outcome.mails >= 24, outcome
