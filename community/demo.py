"""``python -m community.demo``: a running forum with demo content, on this machine alone.

One process serves and looks after a second one, the worker. Everything it writes lies in the
instance folder, so another run goes on where the last one ended.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect, text
from werkzeug.serving import WSGIRequestHandler, make_server

from community.app import create_app
from community.core.db import db
from community.core.settings import current_settings
from community.core.worker import Worker
from community.importers.demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from community.importers.demo.loader import NotADemo, is_demo_loaded, load_demo
from community.schedule import PERIODIC
from community.search.building import build_index
from community.search.index import IndexMissing, current_folder

HOST = "127.0.0.1"
# The floor that OWASP names for argon2id; production uses more.
DEMO_ENVIRONMENT = {
    "FORUM_ENVIRONMENT": "demo",
    "FORUM_MAIL_BACKEND": "file",
    # The demo's moderators sign in with the password that stands on the screen.
    "FORUM_REQUIRE_SECOND_FACTOR": "false",
    "FORUM_LOG_FORMAT": "quiet",
    "FORUM_ARGON2_MEMORY_KIB": "19456",
    "FORUM_ARGON2_TIME_COST": "2",
    "FORUM_ARGON2_PARALLELISM": "1",
}
FORBIDDEN = ("DATABASE_URL", "FORUM_DATABASE_URL", "FORUM_SECRET_KEY")
WORKER_PATIENCE_SECONDS = 10


@click.command()
@click.option("--port", default=5000, show_default=True, help="Port to serve on.")
@click.option("--worker", is_flag=True, hidden=True, help="Run the worker of a demo.")
def main(port: int, worker: bool) -> None:
    """Serve the forum with demo content on 127.0.0.1."""
    _refuse_other_sites()
    os.environ.update(DEMO_ENVIRONMENT, FORUM_SITE_URL=f"http://{HOST}:{port}")
    # Whoever tries the demo asks and answers in one go.
    os.environ.setdefault("FORUM_RATE_LIMITS", "off")
    if worker:
        run_worker()
    else:
        serve(port)


def _refuse_other_sites() -> None:
    if os.environ.get("FORUM_ENVIRONMENT", "demo") != "demo":
        raise click.ClickException("FORUM_ENVIRONMENT names another site than the demo. Unset it.")
    for name in FORBIDDEN:
        if os.environ.get(name):
            raise click.ClickException(f"{name} is set; the demo has its own. Unset it.")


class QuietHandler(WSGIRequestHandler):
    """Leaves the terminal to what a newcomer has to read."""

    def log(self, type: str, message: str, *args: object) -> None:
        return


def serve(port: int) -> None:
    """Prepare the database and serve until Ctrl-C or SIGTERM."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # Named even for SIGINT: a shell starts background jobs with that one ignored.
        signal.signal(number, _interrupt)
    listener = _listen(port)
    try:
        app = _prepared_app()
        server = make_server(
            HOST, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
        )
        with WorkerProcess():
            print(_welcome(port), flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    finally:
        listener.close()


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _listen(port: int) -> socket.socket:
    """Take the port before the long work begins, so that a taken one is known at once."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        raise click.ClickException(
            f"Port {port} cannot be used ({error.strerror}). Is the demo running already? "
            f"Try: python3 dev.py demo --port {port + 1}"
        ) from error
    return listener


def _prepared_app() -> Flask:
    """Return the application on a migrated database that holds the demo community."""
    app = create_app()
    with app.app_context():
        try:
            _migrate(app)
            if not is_demo_loaded():
                print("Loading the demo community …", flush=True)
                load_demo()
            _build_missing_index()
        except NotADemo as error:
            raise click.ClickException(str(error)) from error
        finally:
            db.session.remove()
    return app


def _migrate(app: Flask) -> None:
    """Bring the database up to date; asks first, because loading the migrations takes a second."""
    if inspect(db.engine).has_table("alembic_version"):
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        db.session.rollback()
        if found == app.config["MIGRATION_HEAD"]:
            return
    upgrade()


def _build_missing_index() -> None:
    root = current_settings().index_path
    try:
        current_folder(root)
    except IndexMissing:
        build_index(root)


class WorkerProcess:
    """The worker beside the web server: started again when it dies, ended with the server."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.process = self._start()
        self.guard = threading.Thread(target=self._look_after, daemon=True)

    def __enter__(self) -> None:
        self.guard.start()

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.process.terminate()
        try:
            self.process.wait(WORKER_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        # The pipe is never written to: it closes when this process ends, however it ends.
        command = [sys.executable, "-m", "community.demo", "--worker"]
        return subprocess.Popen(command, stdin=subprocess.PIPE)

    def _look_after(self) -> None:
        while not self.stopping.is_set():
            self.process.wait()
            if not self.stopping.wait(1):
                print("The worker ended; starting it again.", flush=True)
                self.process = self._start()


def run_worker() -> None:
    """Work off jobs until told to stop, or until the web server is gone."""
    worker = Worker(create_app(), PERIODIC)
    worker.listen_to_signals()
    threading.Thread(target=_stop_with_parent, args=(worker,), daemon=True).start()
    worker.run()


def _stop_with_parent(worker: Worker) -> None:
    sys.stdin.read()
    worker.stop()


def _welcome(port: int) -> str:
    lines = [f"{account.role:12}{account.email:26}{DEMO_PASSWORD}" for account in DEMO_ACCOUNTS]
    return "\n".join(
        [
            f"\nThe forum runs on http://{HOST}:{port}\n",
            f"{'role':12}{'e-mail':26}password",
            *lines,
            "\nMail goes to instance/mail. Ctrl-C stops it; what you wrote is kept.",
        ]
    )


if __name__ == "__main__":
    main()
