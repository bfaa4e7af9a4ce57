"""Guesses are counted together by all web processes; the long form is ``dev.py stress sign-in``."""

from pathlib import Path

import pytest

from tests.redis_server import redis_server
from tests.stress.sign_in import measure_sign_in


@pytest.mark.slow
def test_no_more_guesses_get_through_two_processes_than_one(tmp_path: Path) -> None:
    with redis_server() as server:
        outcomes = measure_sign_in(tmp_path, tries=240, processes=2, redis_url=server.url)
    assert [(each.what, each.accepted, each.other) for each in outcomes if not each.holds] == []
    assert [each.accepted for each in outcomes[:2]] == [5, 20]
