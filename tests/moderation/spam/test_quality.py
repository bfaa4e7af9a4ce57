"""The spam score on what Mozilla's moderators marked; ``dev.py bench spam`` tells more."""

import secrets

import pytest

from moderation.spam.bayes import REVIEWED
from tests.benchmarks import spam
from tests.shared_data import shared_data

# Most of what is marked are ordinary questions, so little of it can be told without doubt. What is
# found must be right all the same: these bounds are far below the mean of many seeds.
LEAST_PRECISION, LEAST_RECALL = 0.80, 0.40


@pytest.mark.slow
def test_a_random_half_teaches_to_find_the_other() -> None:
    rows = spam.read_rows(shared_data("sumo-thunderbird"))
    seed = secrets.randbits(32)
    found = spam.measure(rows, "stream", seed)
    precision, recall = found.at(REVIEWED)
    assert found.spam >= 350, seed
    assert precision >= LEAST_PRECISION, f"seed {seed}: {found}"
    assert recall >= LEAST_RECALL, f"seed {seed}: {found}"
    # A handful is held, too few for a share: more than two wrong in ten right is too many.
    assert found.held - found.held_rightly <= 2 + found.held // 5, f"seed {seed}: {found}"
