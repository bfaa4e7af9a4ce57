"""A session that has ended is over at every process; long form: ``dev.py stress sessions``."""

from pathlib import Path

import pytest

from tests.stress.sessions import measure_sessions


@pytest.mark.slow
def test_no_other_process_lets_an_ended_session_in(tmp_path: Path) -> None:
    outcome = measure_sessions(tmp_path, requests=60, processes=2)
    assert (outcome.let_in_before, outcome.accepted, outcome.other) == (6, 0, 0)
