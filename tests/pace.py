"""Bounds on how long work takes that hold on a slow and on a busy machine, too.

Time is the processor's, of this thread alone, without the garbage of other tests, and the least of
three tries: whatever else runs can only lengthen it. It is counted in seconds of a machine like
the one where the bounds were set: a slower one, shown by a reference measured around the work, is
granted more.
"""

import gc
import math
import re
import time
from collections.abc import Callable
from typing import TypeVar

# What the reference takes where the bounds were set, at rest.
REFERENCE_SECONDS = 0.005
TRIES = 3
_TEXT = "To be, or not to be: that is the question. " * 1_000

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Do the work, which can be done again, and return its result; fail if it takes longer."""
    results = []
    spent = seconds_of(lambda: results.append(work()), enough=seconds)
    assert spent <= seconds, f"took {spent:.3f} s of {seconds} s"
    return results[-1]


def seconds_of(work: Callable[[], object], *, enough: float) -> float:
    """Return how long the work takes; it is tried again only while it takes longer than enough."""
    least = math.inf
    for _ in range(TRIES):
        before = slowness()
        spent = _measured(work)
        least = min(least, spent / max(before, slowness()))
        if least <= enough:
            break
    return least


def ends_within(seconds: float, work: Callable[[], Result]) -> Result:
    """The same by the clock, for work that waits or that another process does: it counts as it is,
    and a busy machine has two tries more."""
    tries: list[float] = []
    while not tries or (len(tries) < TRIES and tries[-1] > seconds):
        started = time.monotonic()
        result = work()
        tries.append(time.monotonic() - started)
    assert min(tries) <= seconds, f"took {min(tries):.3f} s of {seconds} s"
    return result


def slowness() -> float:
    """Return how many times as long as at rest things take just now; 1 at least."""
    return max(1.0, _measured(_reference) / REFERENCE_SECONDS)


def _reference() -> int:
    words = re.findall(r"\w+|[^\w\s]", _TEXT)
    return len(" ".join(sorted(set(words))) + "".join(word.lower() for word in words))


def _measured(work: Callable[[], object]) -> float:
    gc.disable()
    started = time.thread_time()
    try:
        work()
        return time.thread_time() - started
    finally:
        gc.enable()
