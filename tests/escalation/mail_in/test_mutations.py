"""Mails made by chance are read without an error, at once. Long form: ``dev.py stress mail``."""

import pytest

from tests.stress.mail import read_mutations

MAILS = 200


@pytest.mark.parametrize("seed", [1, 10_000, 500_000])
def test_mails_made_by_chance_are_read(seed: int) -> None:
    outcome = read_mutations(mails=MAILS, seed=seed)
    assert outcome.wrong == [], f"each begins with the seed of its mail: {outcome.wrong}"
    assert sum(outcome.kinds.values()) == MAILS
