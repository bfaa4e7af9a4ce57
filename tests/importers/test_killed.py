"""An import that is killed again and again ends like one that is not."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.importers.models import ImportedRecord
from tests.conftest import empty_database
from tests.importers.dumps import (
    all_rows,
    json_answer,
    json_question,
    run_import,
    write_jsonl,
    write_xml,
    xml_answer,
    xml_question,
    xml_row,
    xml_users,
)

ROOT = Path(__file__).resolve().parents[2]
KILLS = 3
# Chance and the clock decide these; on PostgreSQL a lost batch also takes its ids with it.
BY_CHANCE = ("users.fs_uniquifier", "boards.created_at", "tags.created_at")
IDS_BY_NAME = {
    "posts": ("id", "author_id", "board_id", "root_id", "parent_id"),
    "users": ("id",),
}


def _jsonl_source(folder: Path) -> None:
    questions = [json_question(i, solution=5_000 + i, creator=f"u{i % 40}") for i in range(1500)]
    answers = [json_answer(5_000 + i, i, creator=f"u{i % 70}", num_helpful=2) for i in range(1500)]
    write_jsonl(folder, "questions", list(questions))
    write_jsonl(folder, "answers", list(answers))


def _stackexchange_source(folder: Path) -> None:
    write_xml(folder, "Users", xml_users(*(f"Member {i}" for i in range(900))))
    questions = [xml_question(i, AcceptedAnswerId=2_000 + i) for i in range(1, 900)]
    answers = [xml_answer(2_000 + i, i, OwnerUserId=7 + i % 800) for i in range(1, 900)]
    write_xml(folder, "Posts", questions + answers)
    votes = [xml_row(i, PostId=2_000 + i % 890, VoteTypeId=2 + i % 2) for i in range(2_500)]
    write_xml(folder, "Votes", votes)


SOURCES = {"jsonl": _jsonl_source, "stackexchange": _stackexchange_source}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SOURCES)
def test_killed_imports_complete_to_the_same(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path, kind: str
) -> None:
    SOURCES[kind](tmp_path)
    run_import(runner, kind, tmp_path)
    wanted, total = _summary(), _remembered()
    empty_database()
    with contextlib.suppress(Exception):
        db.session.rollback()
    kills = 0
    for target in sorted(random.randrange(1, total) for _ in range(KILLS)):
        kills += _import_until(app, kind, tmp_path, target)
    assert kills
    run_import(runner, kind, tmp_path)
    assert _summary() == wanted


def _import_until(app: Flask, kind: str, folder: Path, target: int) -> bool:
    """Start an import and kill it once it has remembered so many records; tells whether it was."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "import", kind, str(folder)],
        cwd=ROOT,
        env=_environment(app),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if _remembered() >= target:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.01)
    return process.wait(timeout=60) == -signal.SIGKILL


def _environment(app: Flask) -> dict[str, str]:
    settings = app.config["SETTINGS"]
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "FORUM_ENVIRONMENT": "test",
        "FORUM_INSTANCE_PATH": str(settings.instance_path),
        "FORUM_SECRET_KEY": settings.secret_key,
    }


def _remembered() -> int:
    with transaction():
        return db.session.scalar(select(func.count()).select_from(ImportedRecord)) or 0


def _summary() -> dict[str, Any]:
    """Return all that does not depend on chance; of PostgreSQL's rows what holds no ids."""
    if db.engine.dialect.name == "sqlite":
        return all_rows(skip=BY_CHANCE)
    hidden = [f"{table}.{column}" for table, ids in IDS_BY_NAME.items() for column in ids]
    rows = all_rows(skip=(*BY_CHANCE, *hidden))
    kept = {name: rows[name] for name in IDS_BY_NAME}
    return {**kept, **{name: len(found) for name, found in rows.items() if name not in kept}}
