"""The parent's side of the processes that prepare bodies."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, Self, cast

from community.importers.preparing import RawText, ReadyText, read_frame, write_frame

# Each takes some 60 MB; more than three are not kept busy by one process that writes.
WORKERS_MAX = 3
_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ")


class WorkerDied(RuntimeError):
    """A preparing process ended while it had work."""


class Workers:
    """A few processes that prepare bodies; each thread of the pool talks to one of them.

    Plain child processes on pipes: when this process is killed they see the end of their input
    and stop, and they load nothing of the application but the markup.
    """

    def __init__(self, number: int | None = None) -> None:
        self.number = number or max(1, min(_cores(), WORKERS_MAX))
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(self.number, thread_name_prefix="preparing")

    def __enter__(self) -> Self:
        for _ in range(self.number):
            process = _start()
            self._all.append(process)
            self._idle.put(process)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            for process in self._all:
                process.kill()
        self._threads.shutdown(cancel_futures=error is not None)
        for process in self._all:
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            process.wait()

    def submit(self, raws: Sequence[RawText]) -> "Future[list[ReadyText]]":
        """Prepare bodies in the background; the result keeps their order."""
        return self._threads.submit(self._prepare, raws)

    def _prepare(self, raws: Sequence[RawText]) -> list[ReadyText]:
        process = self._idle.get()
        try:
            write_frame(cast(BinaryIO, process.stdin), [tuple(raw) for raw in raws])
            answer = read_frame(cast(BinaryIO, process.stdout))
        except (OSError, EOFError) as error:
            raise WorkerDied("a preparing process died") from error
        finally:
            self._idle.put(process)
        if answer is None:
            raise WorkerDied("a preparing process died")
        return [ReadyText(*fields) for fields in answer]  # type: ignore[arg-type]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start() -> "subprocess.Popen[bytes]":
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "community.importers.preparing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**kept, "PYTHONPATH": str(_ROOT)},
    )
