"""``dev.py`` and the demo, run as a newcomer runs them."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import dev
from tests.source import ROOT

PATIENCE_SECONDS = 120
REPORT = """<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>"""


def run_dev(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_without_a_command_it_says_what_there_is() -> None:
    done = run_dev()
    assert done.returncode == 0
    assert all(f"dev.py {name}" in done.stdout for name in ("demo", "test", "check", "bench"))
    assert run_dev("dance").returncode == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://db/community"),
        ("FORUM_SECRET_KEY", "somebody's"),
        ("FORUM_ENVIRONMENT", "production"),
    ],
)
def test_the_demo_touches_no_other_site(name: str, value: str, tmp_path: Path) -> None:
    done = run_dev("demo", **{name: value, "FORUM_INSTANCE_PATH": str(tmp_path / "instance")})
    assert done.returncode == 1
    assert name in done.stderr
    assert not (tmp_path / "instance").exists()


def test_counts_are_read_from_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert dev.counts_in(report) == (3, 2, 2)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find the worker")
def test_the_demo_serves_replaces_its_worker_and_stops(tmp_path: Path) -> None:
    port = _free_port()
    with _demo(tmp_path, port) as process:
        assert "Kiel" in _page(f"http://127.0.0.1:{port}/users/1")
        first = _workers_of(process.pid)
        os.kill(first[0], signal.SIGKILL)
        _wait_for(lambda: _workers_of(process.pid) not in ([], first))
        taken = _start(tmp_path, port)
        assert taken.wait(PATIENCE_SECONDS) == 1
        workers = _workers_of(process.pid)
    assert process.returncode == 0
    _wait_for(lambda: not any(_is_running(pid) for pid in workers))


@contextmanager
def _demo(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = _start(folder, port)
    try:
        _wait_for(lambda: _answers(port) or process.poll() is not None)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "FORUM_INSTANCE_PATH": str(folder)}
    command = [sys.executable, "-m", "community.demo", "--port", str(port)]
    with (folder / "output").open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as response:
        return str(response.read().decode())


def _answers(port: int) -> bool:
    try:
        return "ok" in _page(f"http://127.0.0.1:{port}/healthz")
    except OSError:
        return False


def _workers_of(pid: int) -> list[int]:
    found = "".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for child in found.split() if _is_running(int(child))]


def _is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _wait_for(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
