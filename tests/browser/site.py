"""A real server on loopback, with a worker beside it and a database of its own."""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import OperationalError
from werkzeug.serving import WSGIRequestHandler, make_server

from community.app import create_app
from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.settings import Settings
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.identity.operations.sessions import open_session
from community.search.building import build_index
from community.search.subscribers import BATCH_SECONDS
from tests.parallel import patient_writers

HOST = "127.0.0.1"
# What browsers call it: they take no passkey for a bare address.
NAME = "localhost"
WORKER_PAUSE_SECONDS = 0.15
PATIENCE_SECONDS = 180


class Site:
    """A running forum: ``url`` for browsers, ``app`` for making data."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        self.url = url
        self._stopping = threading.Event()
        self._may_work = threading.Lock()
        self._worker = threading.Thread(target=self._work, daemon=True)

    def _work(self) -> None:
        while not self._stopping.wait(WORKER_PAUSE_SECONDS):
            # Loading much data at once may keep the database longer than the worker waits for it.
            with self._may_work, self.app.app_context(), suppress(OperationalError):
                run_due_jobs()

    def settle(self) -> None:
        """Wait until the worker has done everything that is due: notes sent, index fresh.

        The index is written at the end of its batch, so what is due by then is waited for, too.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self.app.app_context():
                # One that is at work is due again only when its worker is taken for dead.
                is_at_work = Job.lease_token.is_not(None)
                soon = clock.now() + timedelta(seconds=BATCH_SECONDS)
                waiting = select(func.count(Job.id)).where(
                    Job.parked_at.is_(None), or_(is_at_work, Job.due_at <= soon)
                )
                if not db.session.scalar(waiting):
                    return
            time.sleep(0.05)
        raise AssertionError("the worker did not finish in time")

    @contextmanager
    def made_in_silence(self) -> Iterator[None]:
        """Make much data in the block: nobody is told of it, and it is indexed at once."""
        with self._may_work, self.app.app_context():
            yield
            with transaction():
                db.session.execute(delete(Job))
            build_index(self.app.config["SETTINGS"].index_path)

    def session_cookie(self, user: User) -> dict[str, str]:
        """Return the cookie of somebody who has signed in, as Playwright takes it."""
        serializer = self.app.session_interface.get_signing_serializer(self.app)
        with self.app.app_context(), transaction():
            _, token = open_session(user, method="password", second_factor=True)
        value = serializer.dumps({"_user_id": token, "account": user.id})
        return {"name": "session", "value": value, "url": self.url}


@contextmanager
def running_site(**settings: object) -> Iterator[Site]:
    """Serve an empty, migrated forum until the block ends."""
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="forum-browser-", dir=base))
    listener = socket.create_server((HOST, 0))
    url = f"http://{NAME}:{listener.getsockname()[1]}"
    app = create_app(_settings(folder, url, settings))
    try:
        # Server, worker and test share one interpreter: who holds the lock may get no turn.
        with patient_writers():
            with app.app_context():
                upgrade()
                build_index(app.config["SETTINGS"].index_path)
            with _served(app, listener, url) as site:
                yield site
    finally:
        listener.close()
        with app.app_context():
            db.engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _served(app: Flask, listener: socket.socket, url: str) -> Iterator[Site]:
    server = make_server(
        HOST, 0, app, threaded=True, request_handler=_QuietHandler, fd=listener.fileno()
    )
    site = Site(app, url)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    site._worker.start()
    try:
        yield site
    finally:
        site._stopping.set()
        server.shutdown()
        site._worker.join(PATIENCE_SECONDS)
        serving.join(PATIENCE_SECONDS)
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        return


def _settings(folder: Path, url: str, changes: dict[str, object]) -> Settings:
    values: dict[str, object] = {
        "environment": "test",
        "secret_key": "a-browser-test-secret-long-enough-0123456789",
        "database_url": f"sqlite:///{folder / 'browser.sqlite3'}",
        "instance_path": folder,
        "default_language": "en",
        "site_url": url,
        "mail_backend": "locmem",
        "log_format": "off",
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
        "argon2_parallelism": 1,
        "rate_limits": False,
        "first_posts_reviewed": 0,
    }
    return Settings(**{**values, **changes}).completed()  # type: ignore[arg-type]
