"""How much memory the children take that decode pictures, seen from outside."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAUSE_SECONDS = 0.002
PROGRAM = b"core/images/child.py"
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


class Watched:
    """What was seen: the highest resident size of any child, in MiB, and how many there were."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self.seen: set[int] = set()


def children() -> list[int]:
    """Return the processes that decode a picture for this one now."""
    found = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found += [int(pid) for pid in path.read_text().split() if is_decoding(int(pid))]
    return found


def is_decoding(pid: int) -> bool:
    """Say whether a process is one that decodes a picture."""
    with suppress(OSError):
        return PROGRAM in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@contextmanager
def watching() -> Iterator[Watched]:
    """Watch the children that decode pictures while the block runs."""
    watched, stop = Watched(), threading.Event()

    def look() -> None:
        while not stop.wait(PAUSE_SECONDS):
            for pid in children():
                with suppress(OSError):
                    peak = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
                    if peak:
                        watched.seen.add(pid)
                        watched.peak_mib = max(watched.peak_mib, int(peak[1]) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join()
