"""Deadlines in the real worker while the machine's clock jumps."""

import os
from pathlib import Path

import pytest
from flask import Flask

from tests.stress.clocks import find_faketime, run_worker_through_jumps


@pytest.mark.slow
def test_the_worker_is_never_early_and_never_twice_whatever_the_clock_does(
    app: Flask, tmp_path: Path
) -> None:
    if find_faketime() is None:
        if os.environ.get("FORUM_REQUIRE_FAKETIME"):
            pytest.fail("libfaketime is missing: apt-get install faketime")
        pytest.skip("needs libfaketime (apt-get install faketime)")
    outcome = run_worker_through_jumps(app, tmp_path)
    assert outcome.missed > 40
    assert (outcome.early, outcome.doubled, outcome.lost, outcome.unordered) == (0, 0, 0, 0)
    assert outcome.seconds_after_outage < 60
