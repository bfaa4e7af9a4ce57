"""The parent's side of the child processes: a few, shared by all threads."""

import json
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from community.core.markup.child import HEADER
from community.core.markup.limits import Limits

_READ_SECONDS = 0.1
_ROOT = Path(__file__).resolve().parents[3]


class ChildFailed(Exception):
    """A child did not answer in time, or died; the reason is the message."""


class ChildPool:
    """Up to `limits.children` processes, started when first needed.

    Safe for threads. After a fork the new process starts children of its own
    and leaves those of its parent alone.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._start_over()
        _pools.add(self)

    def ask(self, text: str, deadline: float) -> dict[str, Any]:
        """Return a child's answer, `html` or a `reason`, by `deadline` on the monotonic clock.

        Raises ChildFailed when there is none. A child that is late is killed, but
        one that is still starting is left to start, for the next text.
        """
        # Whoever waited half of the time would most likely only get a child
        # killed in mid-work, and make the next one wait for a new child.
        patience = max(0.0, deadline - time.monotonic()) / 2
        if not self._slots.acquire(timeout=patience):
            raise ChildFailed("queue")
        try:
            return self._ask_one(self._take(), text, deadline)
        finally:
            self._slots.release()

    def _ask_one(self, child: "_Child", text: str, deadline: float) -> dict[str, Any]:
        try:
            ready = child.is_ready(deadline)
            answer = child.ask(text, deadline) if ready else {"reason": "start"}
        except BaseException:
            child.kill()
            self._give_back(_Child(self._limits))
            raise
        self._give_back(child)
        return answer

    def warm_up(self, seconds: float) -> bool:
        """Start one child and wait until it is ready; tells whether it is."""
        deadline = time.monotonic() + seconds
        try:
            return "html" in self.ask("", deadline)
        except ChildFailed:
            return False

    def close(self) -> None:
        """End all idle children."""
        with self._lock:
            idle = self._idle[:]
            self._idle.clear()
        for child in idle:
            child.kill()

    def after_fork(self) -> None:
        """Forget the parent's children, in a process that was just forked."""
        for child in self._everyone:
            child.abandon()
        self._start_over()

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._limits.children)
        self._idle: list[_Child] = []
        self._everyone: weakref.WeakSet[_Child] = weakref.WeakSet()

    def _take(self) -> "_Child":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        child = _Child(self._limits)
        self._everyone.add(child)
        return child

    def _give_back(self, child: "_Child") -> None:
        self._everyone.add(child)
        with self._lock:
            self._idle.append(child)


class _Child:
    """One process and the pipes to it."""

    def __init__(self, limits: Limits) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "community.core.markup.child", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to = self._process.stdin.fileno()
        self._from = self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._ready = False

    def is_ready(self, deadline: float) -> bool:
        """Wait for the child to be ready for a text; tells whether it is by `deadline`."""
        if not self._ready:
            try:
                _wait_for(self._from, select.POLLIN, deadline)
            except ChildFailed:
                return False
            # One short frame, so it is there as a whole.
            self._receive(deadline + _READ_SECONDS)
            self._ready = True
        return True

    def ask(self, text: str, deadline: float) -> dict[str, Any]:
        body = json.dumps({"text": text}).encode()
        self._send(HEADER.pack(len(body)) + body, deadline)
        answer = self._receive(deadline)
        if answer.get("reason") == "memory":
            # What it allocated may not come back: start afresh.
            raise ChildFailed("memory")
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._close_pipes()
        self._process.wait()

    def abandon(self) -> None:
        """Let go of a process that belongs to our parent."""
        self._close_pipes()
        # Without this the destructor warns of a child that is still running.
        self._process.returncode = 0

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _send(self, data: bytes, deadline: float) -> None:
        while data:
            _wait_for(self._to, select.POLLOUT, deadline)
            try:
                data = data[os.write(self._to, data) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChildFailed("died") from error

    def _receive(self, deadline: float) -> dict[str, Any]:
        header = self._receive_exactly(HEADER.size, deadline)
        body = self._receive_exactly(HEADER.unpack(header)[0], deadline)
        answer: dict[str, Any] = json.loads(body)
        return answer

    def _receive_exactly(self, size: int, deadline: float) -> bytes:
        data = b""
        while len(data) < size:
            _wait_for(self._from, select.POLLIN, deadline)
            with suppress(BlockingIOError):
                part = os.read(self._from, size - len(data))
                if not part:
                    raise ChildFailed("died")
                data += part
        return data


def _wait_for(pipe: int, event: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    poll = select.poll()
    poll.register(pipe, event)
    if left <= 0 or not poll.poll(left * 1000):
        raise ChildFailed("time")


def _environment() -> dict[str, str]:
    """Return an environment in which the child finds our code, and no secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT)}


def _after_fork() -> None:
    for pool in list(_pools):
        pool.after_fork()


_pools: "weakref.WeakSet[ChildPool]" = weakref.WeakSet()
os.register_at_fork(after_in_child=_after_fork)
