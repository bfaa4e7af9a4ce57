"""The simulated nights find what the product finds in the same community."""

import random
from datetime import UTC, datetime

import pytest

from reputation.fairness.operations import ACTIVE_DAYS, WINDOWS_DAYS, search_rings
from tests.reputation.fairness.dishonest import plant_rings
from tests.reputation.fairness.honest import make_community
from tests.reputation.fairness.loading import Loaded
from tests.reputation.fairness.nights import nights_of
from tests.reputation.payback.scene import at

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
LOOKED_AT = (35, 42, 50)


def test_the_product_finds_what_the_simulation_finds(app):
    rng = random.Random(20261122)
    community = make_community(rng, members=300, days=52)
    plant_rings(rng, community, 4)
    loaded = Loaded(community, BEGIN)
    found = []
    for night in nights_of(community, active_days=ACTIVE_DAYS):
        if night.number in LOOKED_AT:
            loaded.load_until(night.number)
            with at(loaded.at(night.number)):
                product = search_rings()
            simulated = night.rings().rings
            found += simulated
            # In less than two months the longest window shows the same as the one before.
            assert [
                _named(ring, loaded) for days, ring, _doubt in product if days < WINDOWS_DAYS[-1]
            ] == [(ring.members, ring.signals, ring.thanks, ring.evidence) for ring in simulated]
    assert found


def _named(ring, loaded):
    members = tuple(loaded.number_of[user_id] for user_id in ring.members)
    return members, ring.signals, ring.thanks, pytest.approx(ring.evidence)
