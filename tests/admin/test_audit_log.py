"""The audit log as a page: who may read how much of it, what can be looked for, and its export."""

import ast
import csv
import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from community.admin.wording import SUBJECT_WORDS
from community.core.audit import Action, AuditEntry, record
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.cases import make_case
from tests.factories.community import make_user
from tests.shared_data import shared_data
from tests.source import application


def write(actor: object, action: Action, subject: tuple[str, int], **values: object) -> int:
    with transaction():
        record(actor, action, subject=subject, **values)  # type: ignore[arg-type]
        return db.session.scalars(
            select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)
        ).one()


def reader(app: Flask, role: str = "admin") -> tuple[ForumClient, User]:
    person = make_user(f"Reading {role}", role=role, language="en")
    client: ForumClient = app.test_client()  # type: ignore[assignment]
    return client.sign_in(person), person


def entries_on(client: ForumClient, query: str = "") -> list[int]:
    answer = client.get(f"/admin/audit{query}")
    assert answer.status_code == 200, query
    text = answer.text
    return [int(one) for one in re.findall(r"</time><small>(\d+)", text)]


def test_an_entry_says_who_what_to_whom_before_after_and_why(app: Flask) -> None:
    client, admin = reader(app)
    member = make_user("Audited person")
    write(
        admin,
        Action.ROLE_GRANTED,
        ("user", member.id),
        before={"roles": []},
        after={"role": "agent"},
        reason="Passed <the> test",
    )
    page = client.get("/admin/audit").text
    for words in ("Role given", "Reading admin", "Audited person", "role: agent", "roles: []"):
        assert words in page
    assert "Passed &lt;the&gt; test" in page


def test_it_is_filtered_by_actor_act_subject_and_time(app: Flask) -> None:
    client, admin = reader(app)
    member, other = make_user("First person"), make_user("Second person")
    one = write(admin, Action.ROLE_GRANTED, ("user", member.id))
    two = write(SYSTEM, Action.ROLE_REVOKED, ("user", other.id))
    three = write(other, Action.GROUP_MADE, ("group", member.id))
    for query, wanted in {
        "": [three, two, one],
        "?actor=Reading+admin": [one],
        f"?actor={other.id}": [three],
        "?actor=system": [two],
        "?actor=Nobody": [],
        "?action=role.revoked": [two],
        "?action=nonsense": [],
        "?kind=user": [two, one],
        f"?subject={member.id}": [three, one],
        f"?subject={member.id}&kind=user": [one],
        "?subject=Second+person": [two],
        "?since=2000-01-01&until=2001-01-01": [],
        "?since=2000-01-01": [three, two, one],
        "?since=nonsense&until=9999-12-31": [three, two, one],
        "?since=0001-01-01": [three, two, one],
        "?before=nonsense": [three, two, one],
        f"?before={two}": [one],
        "?actor=99999999999999999999": [],
        "?actor=%00": [],
    }.items():
        assert entries_on(client, query) == wanted, query


def test_it_goes_on_by_key(app: Flask) -> None:
    client, admin = reader(app)
    ids = [write(admin, Action.ROLE_GRANTED, ("user", 1)) for _ in range(23)]
    assert entries_on(client, "?kind=user") == ids[:2:-1]
    older = re.search(r'href="([^"]+)" rel="next"', client.get("/admin/audit?kind=user").text)
    assert older
    address = older.group(1).replace("&amp;", "&")
    assert entries_on(client, address.removeprefix("/admin/audit")) == ids[2::-1]


def test_moderators_see_what_they_did_and_cases_open_to_them(app: Flask) -> None:
    client, moderator = reader(app, "moderator")
    admin = make_user(role="admin")
    about_others, about_them = make_case([make_user()]), make_case([moderator])
    own = write(moderator, Action.CASE_CLAIMED, ("case", about_others.id))
    of_case = write(admin, Action.CASE_DECIDED, ("case", about_others.id))
    write(admin, Action.CASE_DECIDED, ("case", about_them.id))
    write(admin, Action.ROLE_GRANTED, ("user", moderator.id))
    write(admin, Action.DATA_SEEN, ("user", moderator.id))
    seen = set(entries_on(client))
    opened = set(
        db.session.scalars(
            select(AuditEntry.id).where(
                AuditEntry.subject_type == "case", AuditEntry.subject_id == about_others.id
            )
        )
    )
    assert seen == {own, of_case} | opened
    assert client.submit("/admin/audit/exports", {}).status_code == 403


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_nobody_else_reads_it(app: Flask, role: str) -> None:
    client, _ = reader(app, role)
    assert client.get("/admin/audit").status_code == 403
    assert client.submit("/admin/audit/exports", {}).status_code == 403
    assert app.test_client().get("/admin/audit").location.startswith("/sign-in")


def export(client: ForumClient, **wanted: str) -> list[dict[str, str]]:
    answer = client.submit("/admin/audit/exports", wanted)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-log.csv"'
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))


def test_an_export_holds_what_was_found_and_is_recorded_itself(app: Flask) -> None:
    client, admin = reader(app)
    entry = write(admin, Action.ROLE_GRANTED, ("user", admin.id), after={"role": "agent"})
    write(SYSTEM, Action.GROUP_MADE, ("group", 1))
    (row,) = export(client, kind="user", actor="Reading admin")
    assert (row["entry"], row["actor"], row["action"]) == (
        str(entry),
        "Reading admin",
        "role.granted",
    )
    assert json.loads(row["after"]) == {"role": "agent"}
    db.session.rollback()
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.actor_id) == ("audit.exported", admin.id)
    assert last.after == {"format": "csv", "filter": ["actor", "kind"]}


def test_no_cell_of_an_export_is_a_formula(app: Flask) -> None:
    client, admin = reader(app)
    lines = shared_data("security").joinpath("csv.jsonl").read_text("utf-8").splitlines()
    typed = [json.loads(line)["input"] for line in lines]
    for each in typed:
        write(admin, Action.CASE_DECIDED, ("case", 1), reason=each)
    cells = [row["reason"] for row in export(client, action="case.decided")]
    assert len(cells) == len(typed)
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))] == []


def test_every_kind_of_subject_has_words() -> None:
    kinds = {
        keyword.value.elts[0].value
        for source in application()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
        for keyword in node.keywords
        if keyword.arg == "subject" and isinstance(keyword.value, ast.Tuple)
        if isinstance(keyword.value.elts[0], ast.Constant)
    }
    assert len(kinds) > 10
    assert kinds - set(SUBJECT_WORDS) == set(), "add them to community/admin/wording.py"
