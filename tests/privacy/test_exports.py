"""The archive of one's own data: complete, without secrets, for its owner alone."""

import json
import time
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import JSON, Column, DateTime, String, Text, func, insert, select, update

from community.core import clock
from community.core.db import Base, Instant, db, transaction
from community.core.i18n import speaking
from community.core.worker import run_due_jobs
from community.identity.models import UserSession
from community.posts.models import Post
from community.privacy.archive import write_archive
from community.privacy.models import PersonalExport
from community.privacy.operations.archives import (
    ExportAskedToday,
    build_export,
    delete_expired_archives,
    exports_folder,
    request_export,
)
from community.privacy.queries.own_rows import exported_columns, exported_tables
from community.privacy.register import TABLES
from community.privacy.wording import HEADINGS
from tests.canaries import canary
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.privacy.planting import Planted, plant

# What only some words fit into, or what decides how a row is read.
FIXED = {
    ("posts", "visibility"),
    ("deflections", "outcome"),
    ("watches", "muted"),
    ("audit_entries", "subject_id"),
    ("charities", "state"),
    ("notifications", "page"),
    *(("adjustments", column) for column in ("currency", "state")),
    ("points_appeals", "state"),
    ("statements", "measure"),
    *(("sanctions", column) for column in ("kind", "state", "ends_at", "ended_at")),
    ("spam_cleanups", "state"),
    ("pins", "scope"),
    ("regroupings", "kind"),
    ("flags", "outcome"),
    ("suggested_edits", "state"),
    ("duplicate_proposals", "answer"),
    ("suggested_edits", "state"),
    *(("support_cases", column) for column in ("state", "priority")),
    ("received_mails", "kind"),
    *(("case_publications", column) for column in ("answer", "way")),
    *(("case_messages", column) for column in ("kind", "direction")),
    *(("decision_appeals", column) for column in ("state", "decided_at")),
}

# What a row of these must hold when another one refers to it.
CHECKED: dict[str, dict[str, object]] = {"ledger_entries": {"currency": "reputation"}}

# Nobody changes these, not even a test.
UNCHANGEABLE = {"audit_entries", "ledger_entries"}


def _archive_of(user: Any, path: Path) -> dict[str, str]:
    with speaking("en"):
        write_archive(user, path)
    db.session.rollback()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _plant_rows(user_id: int) -> dict[tuple[str, str], object]:
    """Put a word or an instant of its own into every exported column that takes one."""
    planted: dict[tuple[str, str], object] = {}
    with transaction():
        for name in exported_tables():
            values = {} if name in UNCHANGEABLE else _values(name)
            planted |= {(name, column): value for column, value in values.items()}
            if values:
                _update_one(name, user_id, values)
    return planted


def _values(name: str) -> dict[str, object]:
    values: dict[str, object] = {}
    for column in TABLES[name].personal:
        sql_column = Base.metadata.tables[name].c[column]
        if column not in exported_columns(name) or (name, column) in FIXED:
            continue
        if isinstance(sql_column.type, String | Text) and not sql_column.foreign_keys:
            values[column] = canary()[: sql_column.type.length or 14]
        elif isinstance(sql_column.type, Instant | DateTime):
            values[column] = clock.now() - timedelta(seconds=len(values) * 37 + len(name))
    return values


def _update_one(name: str, user_id: int, values: dict[str, object]) -> None:
    table, mark = Base.metadata.tables[name], TABLES[name]
    owner = table.c[mark.owner] == user_id if mark.owner else None
    if owner is None:
        theirs = select(Post.id).where(Post.author_id == user_id)
        owner = table.c[mark.of_post or ""].in_(theirs)
    key = next(iter(table.primary_key.columns))
    chosen = db.session.scalar(select(key).where(owner).order_by(key).limit(1))
    assert chosen is not None, f"nothing planted in {name}"
    db.session.execute(update(table).where(key == chosen, owner).values(values))


# Rows whose values must fit others; of every other table any row will do.
def _fitting_rows(planted: Planted) -> dict[str, dict[str, Any]]:
    question_id = planted.question.id
    replies = select(Post.id).where(Post.kind == "answer", Post.root_id == question_id)
    return {
        "removals": {"post_id": question_id, "visibility": "hidden"},
        "acceptances": {
            "question_id": question_id,
            "answer_id": db.session.scalars(replies).first(),
            "place": 1,
        },
        "pins": {"scope": "site"},
        "regroupings": {"kind": "split"},
        "flags": {"post_id": question_id},
        "support_cases": {"subject": "A case of theirs"},
        "case_messages": {"kind": "private", "direction": "in"},
        "case_notes": {"kind": "note"},
        "received_mails": {"kind": "mail"},
        "case_publications": {"answer": "declined", "way": "link", "answered_at": clock.now()},
        "csat_responses": {"mark": 4, "answered_at": clock.now()},
        "closures": {"question_id": question_id, "reason": "policy"},
        "ledger_entries": {"currency": "reputation"},
        "adjustments": {"currency": "reputation", "proposed_by_id": planted.other.id},
        "statements": {"measure": "warning"},
        "sanctions": {"kind": "warning"},
        "payout_lines": {"earned": 1, "carried": 1, "amount": 2},
        "audit_entries": {
            "subject_type": "user",
            "action": "zqauditaction",
            "reason": "Other Person asked for it",
            "after": {"role": "superuser"},
        },
    }


def _plant_everything() -> Planted:
    """Add what a member of long standing may have beside what ``plant`` gives."""
    planted = plant()
    with transaction():
        fitting = _fitting_rows(planted)
        for name in exported_tables():
            owner = TABLES[name].owner or TABLES[name].of_post or ""
            owner_id = planted.user.id if TABLES[name].owner else planted.question.id
            # What ``plant`` records about them is of other kinds.
            if name == "audit_entries" or _count(name, owner, owner_id) == 0:
                _insert_row(name, {owner: owner_id, **fitting.get(name, {})})
    return planted


def _count(name: str, owner: str, owner_id: int) -> int:
    column = Base.metadata.tables[name].c[owner]
    return db.session.scalar(select(func.count()).where(column == owner_id)) or 0


def _insert_row(name: str, given: dict[str, Any]) -> None:
    table, values = Base.metadata.tables[name], dict(given)
    for column in table.columns:
        is_needed = not column.nullable and column.default is None and column.name != "id"
        if is_needed and column.name not in values:
            values[column.name] = _any_value(column)
    db.session.execute(insert(table).values(**values))


def _any_value(column: Column[Any]) -> object:
    for key in column.foreign_keys:
        return _some_id(key.column)
    kinds = {str: canary()[:9], int: 1, bool: False, bytes: b"x", float: 1.0}
    if column.type.python_type is date:
        return clock.now().date()
    if isinstance(column.type, JSON):
        return {}
    if isinstance(column.type, Instant):
        return clock.now()
    if isinstance(column.type, String) and column.type.length:
        return canary()[: min(9, column.type.length)]
    return kinds[column.type.python_type]


def _some_id(key: Column[Any]) -> object:
    found = db.session.scalar(select(key).limit(1))
    if found is None:
        wanted = [c for c in key.table.columns if not (c.primary_key or c.nullable)]
        values = {c.name: _any_value(c) for c in wanted} | CHECKED.get(key.table.name, {})
        db.session.execute(insert(key.table).values(**values))
        found = db.session.scalar(select(key).limit(1))
    return found


def test_every_column_marked_for_export_is_in_the_archive(app: Flask, tmp_path: Path) -> None:
    planted = _plant_everything()
    user = load_user(planted.user.id)
    values = _plant_rows(user.id)
    files = _archive_of(user, tmp_path / "a.zip")
    missing = [
        f"{name}.{column}"
        for (name, column), value in values.items()
        if not any(row[column] == _plain(value) for row in json.loads(files[f"data/{name}.json"]))
    ]
    assert missing == []
    assert len(values) > 70
    for name in exported_tables():
        assert set(exported_columns(name)) <= set(json.loads(files[f"data/{name}.json"])[0]), name
    assert "zqauditaction" in files["data/audit_entries.json"]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def test_every_file_has_a_heading() -> None:
    assert [name for name in exported_tables() if name not in HEADINGS] == []


def test_secrets_and_other_people_are_left_out(app: Flask, tmp_path: Path) -> None:
    planted = _plant_everything()
    secret_board = make_board("secret-board")
    hidden = make_question(planted.other, secret_board, title="A title zqhiddentitle of theirs")
    make_answer(hidden, load_user(planted.user.id))
    set_post_visibility(hidden, "hidden", make_user("Zqmoderatorname", role="moderator"))
    text = "\n".join(_archive_of(load_user(planted.user.id), tmp_path / "a.zip").values())
    for place in ("password", "totp", "recovery"):
        assert planted.words[place] not in text, place
    with transaction():
        tokens = db.session.scalars(select(UserSession.token_hash)).all()
    assert not any(token in text for token in tokens)
    for word in ("zqhiddentitle", "Other Person", "Zqmoderatorname"):
        assert word not in text, word


def test_removed_posts_are_in_the_archive_and_pages_read_well(app: Flask, tmp_path: Path) -> None:
    planted = plant()
    files = _archive_of(load_user(planted.user.id), tmp_path / "a.zip")
    assert planted.words["deleted post"] in files["posts.html"]
    assert planted.words["deleted post"] in files["data/posts.json"]
    assert planted.kept["answer"] in files["posts.html"]
    assert "Kudos you gave" in files["index.html"]
    assert "<script" not in files["index.html"] + files["posts.html"]


def test_what_members_typed_stays_text_in_the_pages(app: Flask, tmp_path: Path) -> None:
    user = make_user("Ann", bio="<script>alert(1)</script>")
    make_question(user, title="<b>Bold title</b> of a question", body="<img src=x onerror=a()> end")
    files = _archive_of(user, tmp_path / "a.zip")
    assert "<img" not in files["posts.html"]
    assert "<b>" not in files["posts.html"]
    assert "<script" not in files["index.html"]


def test_asking_building_mailing_and_downloading(app: Flask, client: ForumClient) -> None:
    user = make_user("Ann Smith", language="en")
    make_question(user)
    client.sign_in(user)
    assert client.submit("/account/data/archives").status_code == 303
    assert "being put together" in client.get("/account/data").text
    run_due_jobs()
    (mail,) = app.extensions["mailman"].outbox
    assert mail.to == [user.email]
    assert "/account/data" in mail.body
    page = client.get("/account/data").text
    with transaction():
        export = db.session.scalars(select(PersonalExport)).one()
    assert f"/account/data/archives/{export.id}" in page
    answer = client.get(f"/account/data/archives/{export.id}")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    answer.close()


def test_one_archive_a_day(app: Flask, client: ForumClient) -> None:
    user = make_user()
    client.sign_in(user)
    client.submit("/account/data/archives")
    again = client.submit("/account/data/archives")
    assert again.status_code == 429
    assert 86_000 < int(again.headers["Retry-After"]) <= 86_401
    with time_machine.travel(clock.now() + timedelta(hours=25)), transaction():
        request_export(load_user(user.id))
    later = time_machine.travel(clock.now() + timedelta(hours=26))
    with transaction(), pytest.raises(ExportAskedToday), later:
        request_export(load_user(user.id))


def _ready_export(user: Any) -> PersonalExport:
    with transaction():
        export = request_export(user)
    run_due_jobs()
    with transaction():
        return db.session.get_one(PersonalExport, export.id, populate_existing=True)


def test_nobody_else_gets_an_archive(app: Flask, client: ForumClient) -> None:
    export = _ready_export(make_user())
    address = f"/account/data/archives/{export.id}"
    assert "/sign-in" in client.get(address).location
    for reader in (make_user(), make_user(role="admin")):
        assert client.sign_in(reader).get(address).status_code == 404


def test_downloading_asks_again_who_one_is(app: Flask, client: ForumClient) -> None:
    user = make_user()
    export = _ready_export(user)
    client.sign_in(user)
    with transaction():
        hour_ago = clock.now() - timedelta(hours=1)
        db.session.execute(
            update(UserSession).values(verified_at=hour_ago, second_factor_at=hour_ago)
        )
    answer = client.get(f"/account/data/archives/{export.id}")
    assert answer.status_code == 303
    assert answer.location.startswith("/verify")
    asking = client.submit("/account/data/archives")
    assert asking.location.startswith("/verify")


def test_archives_expire_and_their_files_go(app: Flask, client: ForumClient) -> None:
    user = make_user()
    export = _ready_export(user)
    assert len(list(exports_folder().iterdir())) >= 1
    assert exports_folder().stat().st_mode & 0o077 == 0
    with time_machine.travel(clock.now() + timedelta(hours=49)):
        answer = client.sign_in(user).get(f"/account/data/archives/{export.id}")
        assert answer.status_code == 404
        delete_expired_archives()
    assert list(exports_folder().glob(f"{export.id}-*")) == []


def test_a_build_that_was_killed_begins_anew(app: Flask) -> None:
    user = make_user()
    with transaction():
        export_id = request_export(user).id
    (exports_folder() / f"{export_id}-half.part").write_text("half")
    build_export(export_id)
    build_export(export_id)
    assert [path.suffix for path in exports_folder().glob(f"{export_id}-*")] == [".zip"]


@pytest.mark.slow
def test_ten_thousand_posts_take_seconds(app: Flask, tmp_path: Path) -> None:
    user, question = make_user(), make_question()
    posts = Base.metadata.tables["posts"]
    row = {
        "kind": "answer",
        "author_id": user.id,
        "board_id": question.board_id,
        "root_id": question.id,
        "parent_id": question.id,
        "visibility": "published",
        "body": "A long answer, " * 60,
        "html": "<p>A long answer</p>",
        "render_version": 10**6,
        "language": "en",
        "created_at": clock.now(),
        "kudos_count": 0,
        "comments_count": 0,
        "imported_up": 0,
        "imported_down": 0,
    }
    with transaction():
        db.session.execute(insert(posts), [row] * 10_000)
    started = time.perf_counter()
    files = _archive_of(user, tmp_path / "a.zip")
    took = time.perf_counter() - started
    assert len(json.loads(files["data/posts.json"])) == 10_000
    assert took < 60, f"{took:.1f} s; the limit is ten minutes"
