"""Guess passwords at several real web processes at once, and count how many guesses got through."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from math import ceil
from pathlib import Path
from urllib.parse import urlencode

from flask_migrate import upgrade

from community.app import create_app
from community.core.db import db
from community.core.limits import KINDS
from community.core.settings import Settings
from community.identity.throttling import TRIES_PER_HOUR, WRONG_TRIES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
CLIENTS = 8
SECRET = "a-stress-secret-that-is-long-enough-0123456"
TOLERANCE = 1.05
ADDRESS = "192.0.2.1"
HERE = "one account from one address"
ANYWHERE = "one account from many addresses"
MANY = "many accounts from one address"


@dataclass(frozen=True)
class Outcome:
    """How many tries were made, looked at, and may have been; ``other`` are odd answers."""

    what: str
    tries: int
    accepted: int
    limit: int
    other: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether no more got through than the limit and five percent."""
        return self.accepted <= self.limit * TOLERANCE and not self.other


@dataclass(frozen=True)
class Guess:
    """One request of the sign-in form."""

    email: str
    address: str


class SocketConnection(HTTPConnection):
    """HTTP over a Unix socket: no port that somebody else might have."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the server's socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_SECONDS)
        self.sock.connect(str(self._path))


@dataclass(frozen=True)
class Site:
    """A running server, and a guest's session on it."""

    path: Path
    process: subprocess.Popen[bytes]
    cookie: str
    token: str

    def restart_workers(self) -> None:
        """Replace all worker processes, as a deployment does."""
        self.process.send_signal(signal.SIGHUP)

    def guess(self, connection: SocketConnection, guess: Guess) -> int:
        """Send the form with a wrong password; returns the answer's status."""
        body = urlencode({"csrf_token": self.token, "email": guess.email, "password": "wrong one"})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookie,
            "X-Forwarded-For": guess.address,
        }
        connection.request("POST", "/sign-in", body, headers)
        response = connection.getresponse()
        response.read()
        return response.status


def measure_sign_in(
    folder: Path, *, tries: int, processes: int, redis_url: str = ""
) -> list[Outcome]:
    """Guess at one account, at one account from everywhere, and at many from one address.

    The first two are kept by the database, the last by the counters of requests. All workers are
    replaced in the middle of each run.
    """
    settings = {**environment(folder, redis_url), "FORUM_WEB_PROCESSES": str(processes)}
    prepare(folder)
    numbers = count()
    outcomes = []
    with serve(folder, {**settings, "STRESS_ONLY": "tries"}) as site:
        here = "one account from one address"
        outcomes.append(_run(site, here, tries // 4, lambda: Guess("a@example.org", ADDRESS)))
        anywhere = "one account from many addresses"
        outcomes.append(
            _run(
                site, anywhere, tries // 4, lambda: Guess("b@example.org", _address(next(numbers)))
            )
        )
    with serve(folder, settings) as site:

        def guess_many() -> Guess:
            return Guess(f"c{next(numbers)}@example.org", ADDRESS)

        outcomes.append(_run(site, MANY, tries // 2, guess_many))
    return outcomes


def _address(number: int) -> str:
    return f"198.{18 + number // 65_536 % 2}.{number // 256 % 256}.{number % 256}"


def _run(site: Site, what: str, tries: int, next_guess: Callable[[], Guess]) -> Outcome:
    started = time.monotonic()
    half = tries // 2
    statuses = _guess_all(site, [next_guess() for _ in range(half)])
    site.restart_workers()
    statuses += _guess_all(site, [next_guess() for _ in range(tries - half)])
    seconds = time.monotonic() - started
    accepted, refused = statuses[422], statuses[429]
    return Outcome(
        what,
        tries=tries,
        accepted=accepted,
        limit=_limit_of(what, seconds),
        other=tries - accepted - refused,
        seconds=round(seconds, 1),
    )


def _limit_of(what: str, seconds: float) -> int:
    if what == HERE:
        return WRONG_TRIES
    if what == ANYWHERE:
        return TRIES_PER_HOUR
    a_minute, an_hour = (int(n) for n in re.findall(r"(\d+)/", KINDS["sign-in"].address))
    # A window begins with the first request in it.
    return min(an_hour, a_minute * ceil(seconds / 60))


def _guess_all(site: Site, guesses: list[Guess]) -> Counter[int]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(
            clients.map(lambda number: _guess_some(site, guesses[number::CLIENTS]), range(CLIENTS)),
            Counter(),
        )


def _guess_some(site: Site, guesses: list[Guess]) -> Counter[int]:
    statuses: Counter[int] = Counter()
    connection = SocketConnection(site.path)
    for guess in guesses:
        try:
            statuses[site.guess(connection, guess)] += 1
        except (OSError, HTTPException):
            # A worker that is being replaced closes its connections: the browser asks again.
            connection.close()
            statuses[site.guess(connection, guess)] += 1
    connection.close()
    return statuses


def environment(folder: Path, redis_url: str) -> dict[str, str]:
    """Return the settings of a server; argon2 costs nothing there."""
    return {
        "FORUM_ENVIRONMENT": "development",
        "FORUM_SECRET_KEY": SECRET,
        "FORUM_INSTANCE_PATH": str(folder),
        "FORUM_MAIL_BACKEND": "file",
        "FORUM_LOG_FORMAT": "off",
        "FORUM_RATE_LIMITS": "on",
        "FORUM_REDIS_URL": redis_url,
        "FORUM_PROXY_HOPS": "1",
        "FORUM_ARGON2_MEMORY_KIB": "64",
        "FORUM_ARGON2_TIME_COST": "1",
        "FORUM_ARGON2_PARALLELISM": "1",
        "FORUM_WEB_THREADS": "8",
        "FORUM_BIND": f"unix:{folder / 'web.sock'}",
    }


def prepare(folder: Path) -> None:
    """Make the database; the addresses have no accounts, which must make no difference."""
    settings = Settings(
        environment="development",
        secret_key=SECRET,
        instance_path=folder,
        mail_backend="file",
        log_format="off",
    ).completed()
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()


@contextmanager
def serve(folder: Path, settings: dict[str, str]) -> Iterator[Site]:
    """Run a server with these settings until the block ends."""
    command = [sys.executable, "-m", "gunicorn", "tests.stress.site:app"]
    database = {"DATABASE_URL": f"sqlite:///{folder / 'community.sqlite3'}"}
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **database, **settings}, stderr=subprocess.DEVNULL
    )
    path = folder / "web.sock"
    try:
        yield _visit(path, process)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _visit(path: Path, process: subprocess.Popen[bytes]) -> Site:
    """Open the sign-in page as soon as the server answers."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        connection = SocketConnection(path)
        try:
            connection.request("GET", "/sign-in")
            response = connection.getresponse()
            page = response.read().decode()
            break
        except (OSError, HTTPException):
            assert process.poll() is None, "the web server ended"
            assert time.monotonic() < until, "the web server does not answer"
            time.sleep(0.1)
        finally:
            connection.close()
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
    cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
    return Site(path, process, cookie, token)
