"""The parent's side of the child that decodes a picture: started, bounded, killed, reaped."""

import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, NamedTuple

import PIL

from community.core.images.errors import (
    ImageRefused,
    ImagesBusy,
    ImageTooCostly,
    ImageTooManyPixels,
)
from community.core.images.limits import Limits

_PROGRAM = Path(__file__).with_name("child.py")
_PILLOW = Path(PIL.__file__).resolve().parents[1]
_LENGTH = struct.Struct(">I")
_WAIT_FOR_TURN_SECONDS = 5.0
_KILLED_BY_LIMIT = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ})


class Answer(NamedTuple):
    """What a child told of a picture, and the pictures it made."""

    facts: dict[str, Any]
    pictures: list[bytes]


class Children:
    """Runs a process for each picture, a few at once. Safe for threads and forks.

    One for each, because what a hostile picture does to its process must not meet the next one;
    starting it costs about a tenth of a second.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = threading.BoundedSemaphore(limits.children)
        os.register_at_fork(after_in_child=self._start_over)

    def _start_over(self) -> None:
        self._turns = threading.BoundedSemaphore(self._limits.children)

    def remake(self, data: bytes, kind: str) -> Answer:
        """Return what a child made of a picture. Raises ``ImageRefused`` or ``ImagesBusy``."""
        turns = self._turns
        if not turns.acquire(timeout=_WAIT_FOR_TURN_SECONDS):
            raise ImagesBusy()
        try:
            with _scratch() as given, _scratch() as made:
                given.write(data)
                given.seek(0)
                self._run(given, made, kind)
                made.seek(0)
                return _read_answer(made.read(self._limits.output_bytes))
        finally:
            turns.release()

    def _run(self, given: IO[bytes], made: IO[bytes], kind: str) -> None:
        limits = json.dumps(asdict(self._limits))
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_PROGRAM), str(_PILLOW), limits, kind],
            stdin=given,
            stdout=made,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )
        try:
            code = process.wait(self._limits.wall_seconds)
        except subprocess.TimeoutExpired:
            raise ImageTooCostly() from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code in _KILLED_BY_LIMIT:
            raise ImageTooCostly()


def _scratch() -> IO[bytes]:
    """Return a file without a name: in memory where the system can, gone with its last user."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("picture"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _read_answer(made: bytes) -> Answer:
    try:
        (length,) = _LENGTH.unpack_from(made)
        at = _LENGTH.size + length
        facts: dict[str, Any] = json.loads(made[_LENGTH.size : at])
    except (struct.error, ValueError):
        # The child died before it could say why.
        raise ImageRefused() from None
    if reason := facts.get("reason"):
        raise _refusal(str(reason))
    pictures = []
    for size in facts["lengths"]:
        pictures.append(made[at : at + size])
        at += size
    return Answer(facts, pictures)


def _refusal(reason: str) -> ImageRefused:
    if reason == "memory":
        return ImageTooCostly()
    return ImageTooManyPixels() if reason == "pixels" else ImageRefused()
