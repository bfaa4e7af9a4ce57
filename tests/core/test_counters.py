"""Where requests are counted: Redis, or the process while Redis is away."""

import itertools
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from community.core import counters
from community.core.counters import Counters, MemoryCounters
from tests.pace import ends_within
from tests.redis_server import redis_server


def test_a_window_ends() -> None:
    memory = MemoryCounters()
    with time_machine.travel(1_000_000, tick=False) as traveller:
        assert [memory.incr("a", 60), memory.incr("a", 60), memory.incr("b", 60)] == [1, 2, 1]
        assert memory.get_expiry("a") == 1_000_060
        traveller.shift(59)
        assert memory.get("a") == 2
        traveller.shift(1)
        assert memory.get("a") == 0
        assert memory.incr("a", 60) == 1


def test_a_clock_that_was_set_back_begins_a_new_window() -> None:
    memory = MemoryCounters()
    with time_machine.travel(1_000_000, tick=False) as traveller:
        assert [memory.incr("a", 60) for _ in range(3)][-1] == 3
        traveller.shift(-10_000)
        assert [memory.incr("a", 60) for _ in range(2)] == [1, 2]


def test_what_is_over_is_swept_and_the_number_is_bounded() -> None:
    with time_machine.travel(1_000_000, tick=False) as traveller:
        memory = MemoryCounters(keys_max=100)
        for number in range(90):
            memory.incr(f"old{number}", 10)
        traveller.shift(counters.SWEEP_SECONDS)
        memory.incr("new", 10)
        assert len(memory._counts) == 1
        for number in range(1_000):
            memory.incr(f"flood{number}", 10)
        assert len(memory._counts) <= 100
        assert memory.get("flood999") == 1


def test_processes_count_together_in_redis() -> None:
    with redis_server() as server:
        one, other = (Counters(redis_url=server.url) for _ in range(2))
        assert [one.incr("k", 60), other.incr("k", 60), one.incr("k", 60)] == [1, 2, 3]
        assert other.get("k") == 3
        assert 50 < other.get_expiry("k") - time.time() <= 60
        assert other.is_shared
        one.clear("k")
        assert other.get("k") == 0


def test_without_redis_each_counts_on_and_returns_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "REDIS_PAUSE_SECONDS", 0.3)
    with redis_server() as server:
        storage = Counters(redis_url=server.url)
        assert storage.incr("k", 60) == 1
        server.stop()
        numbers = itertools.count(1)
        ends_within(0.3, lambda: _count_fifty(storage, numbers))
        assert not storage.is_shared
        server.start()
        time.sleep(0.35)
        assert storage.incr("k", 60) == 1
        assert storage.is_shared


def _count_fifty(storage: Counters, numbers: Iterator[int]) -> None:
    for number in itertools.islice(numbers, 50):
        assert storage.incr("k", 60) == number


def test_a_redis_that_hangs_keeps_one_request_waiting_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "REDIS_PAUSE_SECONDS", 600)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf.sock"))
        deaf.listen()
        storage = Counters(redis_url=f"unix://{tmp_path / 'deaf.sock'}")
        assert [storage.incr("k", 60) for _ in range(100)][-1] == 100
        # Who called waits here, to be accepted: the first one alone.
        deaf.accept()[0].close()
        deaf.setblocking(False)
        with pytest.raises(BlockingIOError):
            deaf.accept()
