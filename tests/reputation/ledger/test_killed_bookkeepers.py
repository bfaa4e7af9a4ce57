"""Processes that book and pay out are killed; nothing is lost, doubled or out of balance."""

import os

import pytest

from tests.stress.ledger import run_killed_bookkeepers


@pytest.mark.slow
def test_the_books_balance_whoever_is_killed_in_the_middle(app, tmp_path):
    seed = int.from_bytes(os.urandom(4))
    outcome = run_killed_bookkeepers(app, tmp_path, acts=240, kills=6, seed=seed)
    assert outcome.holds, outcome
    assert outcome.acts == 240
    assert outcome.answered > 10, "some of the acts book by hand"
