"""A short form of ``python3 dev.py bench fairness``: smaller communities, fewer nights."""

import secrets

import pytest

from tests.reputation.fairness.nights import Score, simulate


@pytest.fixture(scope="module")
def score() -> Score:
    """What the nights of a community nobody has seen before come to."""
    return simulate(secrets.randbits(32), members=2_500, rings=12, days=60)


def test_most_members_of_rings_are_found_and_hardly_anybody_else(score: Score) -> None:
    seen = f"seed {score.seed}: {score.wrong}"
    assert score.guilty > 0, seen
    assert score.found_ever / score.guilty >= 0.6, seen
    assert score.precision >= 0.8, seen
