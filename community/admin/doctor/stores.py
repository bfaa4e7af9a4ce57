"""Checks of what the site keeps: database, migrations, index, files, and the clock they share."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, inspect, select, text

from community.admin.doctor.findings import Finding, failure, fine, warning
from community.core import clock
from community.core.db import DatabaseUnfit, check_durability, db
from community.core.jobs import EventRecord
from community.core.settings import current_settings
from community.questions.models import Question
from community.search.index import IndexMissing, current_folder, is_intact
from community.search.models import IndexRequest

INDEX_LAG = timedelta(minutes=10)
CLOCK_SLACK = timedelta(seconds=60)
SPACE_LOW, SPACE_NEEDED = 2_000_000_000, 200_000_000


def check_database() -> Iterator[Finding]:
    """Look whether the database answers, is safe against loss, and keeps all characters."""
    try:
        check_durability()
    except DatabaseUnfit as error:
        yield failure(str(error), "Start the site without settings of the database of your own.")
        return
    name = db.engine.dialect.name
    if name == "sqlite":
        yield fine("SQLite answers; what it has confirmed survives a power cut.")
        return
    safe = db.session.execute(text("SHOW synchronous_commit")).scalar()
    if safe == "off":
        yield failure(
            "PostgreSQL confirms what it has not yet written (synchronous_commit is off).",
            "Set synchronous_commit to on for this database.",
        )
    else:
        yield fine("PostgreSQL answers, encoded in UTF8; what it has confirmed is written.")


def check_migrations() -> Iterator[Finding]:
    """Look whether the tables are those of this version."""
    wanted = current_app.config["MIGRATION_HEAD"]
    found = None
    if inspect(db.engine).has_table("alembic_version"):
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found == wanted:
        yield fine(f"The tables are those of this version ({wanted}).")
    else:
        yield failure(
            f"The tables are of version {found or 'none'}, the program wants {wanted}.",
            "Run: flask --app wsgi db upgrade",
        )


def check_index() -> Iterator[Finding]:
    """Look whether the search index is there, whole, and up to date."""
    try:
        intact = is_intact(current_folder(current_settings().index_path))
    except IndexMissing:
        intact = False
    if not intact:
        yield failure(
            "The search index is missing or damaged; searches fall back to the database.",
            "Start a worker, which builds it, or run: flask --app wsgi search rebuild",
        )
        return
    questions = db.session.scalar(select(func.count()).select_from(Question)) or 0
    oldest = db.session.scalar(select(func.min(IndexRequest.requested_at)))
    if oldest is not None and clock.now() - oldest > INDEX_LAG:
        yield warning(
            f"The search index waits for changes since {_minutes(oldest)} minutes.",
            "Look whether a worker runs, and at its log.",
        )
    else:
        yield fine(f"The search index is whole and up to date ({questions} questions).")


def _minutes(since: datetime) -> int:
    return int((clock.now() - since).total_seconds() // 60)


def check_files() -> Iterator[Finding]:
    """Look whether the instance folder can be written to, and how much room there is."""
    folder = current_settings().instance_path
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix="doctor-") as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        yield failure(
            f"Nothing can be written to {folder}: {error.strerror}.",
            "Give the folder to the user that runs the site, or free some room.",
        )
        return
    room = shutil.disk_usage(folder).free
    words = f"{room // 1_000_000} MB are free where the site writes."
    if room < SPACE_NEEDED:
        yield failure(words, "Free some room: the site stops when there is none.")
    elif room < SPACE_LOW:
        yield warning(words, "Free some room before it runs out.")
    else:
        yield fine(words)


def check_clock() -> Iterator[Finding]:
    """Look whether our clock agrees with the database's, and with what was stored before."""
    now = clock.now()
    if db.engine.dialect.name == "postgresql":
        theirs = db.session.scalar(select(func.clock_timestamp()))
        if theirs is not None and abs(theirs - now) > CLOCK_SLACK:
            yield warning(
                f"The database's clock differs by {abs(theirs - now).total_seconds():.0f} seconds.",
                "Let both machines set their clocks by NTP.",
            )
    newest = db.session.scalar(select(func.max(EventRecord.created_at)))
    if newest is not None and newest - now > CLOCK_SLACK:
        yield failure(
            f"Something was stored at {newest:%Y-%m-%d %H:%M} UTC, which is yet to come.",
            "Set this machine's clock; until then links expire and jobs run at wrong times.",
        )
    else:
        yield fine(f"It is {now:%Y-%m-%d %H:%M} UTC.")
