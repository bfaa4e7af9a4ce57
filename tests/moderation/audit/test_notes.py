"""Staff notes on people: for staff alone, never for the person they are about."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.privacy.operations.erasures import order_erasure
from moderation.audit.models import NOTE_MAX_CHARS, StaffNote
from tests.client import ForumClient
from tests.factories.community import load_user, make_user

SAID = "Called twice,\nspeaks Dutch <b>well</b>."


@pytest.fixture
def member(app: Flask) -> Iterator[User]:
    return make_user("Noted person", language="en")


def staff(app: Flask, role: str = "moderator", **values: object) -> ForumClient:
    client: ForumClient = app.test_client()  # type: ignore[assignment]
    return client.sign_in(make_user(role=role, language="en", **values))


def notes() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(StaffNote.body).order_by(StaffNote.id)))


def acts() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.action.like("note.%"))
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def only_note() -> int:
    db.session.rollback()
    return db.session.scalars(select(StaffNote.id)).one()


def write(client: ForumClient, person: User, text: str = SAID) -> None:
    answer = client.submit(f"/users/{person.id}/notes", {"note": text})
    assert answer.status_code == 303


@pytest.mark.parametrize("role", ["moderator", "agent", "admin"])
def test_staff_write_and_read_notes(app: Flask, member: User, role: str) -> None:
    client = staff(app, role)
    write(client, member)
    assert notes() == [SAID]
    page = client.get(f"/users/{member.id}/notes").text
    assert "speaks Dutch &lt;b&gt;well&lt;/b&gt;" in page
    assert client.get(f"/users/{member.id}").text.count("/notes") == 2
    part = client.get(f"/users/{member.id}/notes", headers={"HX-Request": "true"}).text
    assert "speaks Dutch" in part
    assert "<html" not in part
    assert acts() == ["note.added"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "note.added")).one()
    assert "Dutch" not in str(vars(entry)), "the log names no texts"


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (NOTE_MAX_CHARS + 1)])
def test_a_note_that_does_not_fit_comes_back(app: Flask, member: User, text: str) -> None:
    answer = staff(app).submit(f"/users/{member.id}/notes", {"note": text})
    assert answer.status_code == 422
    assert "Write up to 2,000 characters." in answer.text
    assert text in answer.text
    assert notes() == []


@pytest.mark.parametrize("reader", ["guest", "member", "other", "superuser", "board moderator"])
def test_nobody_else_learns_that_there_are_notes(
    app: Flask, member: User, make_board_of: object, reader: str
) -> None:
    write(staff(app), member)
    client: ForumClient = app.test_client()  # type: ignore[assignment]
    if reader == "member":
        client.sign_in(member)
    elif reader == "board moderator":
        client.sign_in(make_user(on={make_board_of: "moderator"}, language="en"))
    elif reader != "guest":
        role = reader if reader == "superuser" else "member"
        client.sign_in(make_user(role=role, language="en"))
    assert "/notes" not in client.get(f"/users/{member.id}").text
    found, missing = (client.get(f"/users/{one}/notes") for one in (member.id, 999_999))
    assert found.status_code == missing.status_code
    assert "Dutch" not in found.text
    if reader != "guest":
        assert found.status_code == 404
    assert client.submit(f"/users/{member.id}/notes", {"note": "x"}).status_code in (302, 303, 404)
    assert notes() == [SAID]


@pytest.fixture
def make_board_of(app: Flask) -> int:
    from tests.factories.community import make_board

    return make_board().id


def test_staff_do_not_find_notes_about_themselves(app: Flask) -> None:
    admin = make_user("Noted administrator", role="admin", language="en")
    write(staff(app), admin)
    client: ForumClient = app.test_client()  # type: ignore[assignment]
    client.sign_in(admin)
    assert client.get(f"/users/{admin.id}/notes").status_code == 404
    assert "/notes" not in client.get(f"/users/{admin.id}").text
    assert "/notes" not in client.get(f"/admin/people/{admin.id}").text
    note_id = only_note()
    assert client.remove(f"/users/{admin.id}/notes/{note_id}").status_code == 404


def test_who_wrote_a_note_deletes_it_and_others_do_not(app: Flask, member: User) -> None:
    writer, colleague = staff(app), staff(app, "agent")
    write(writer, member)
    note_id = only_note()
    assert colleague.remove(f"/users/{member.id}/notes/{note_id}").status_code == 403
    assert writer.remove(f"/users/{member.id + 1}/notes/{note_id}").status_code == 404
    assert notes() == [SAID]
    assert writer.remove(f"/users/{member.id}/notes/{note_id}").status_code == 303
    assert notes() == []
    assert acts() == ["note.added", "note.deleted"]


def test_notes_go_with_the_account(app: Flask, member: User) -> None:
    write(staff(app), member)
    with transaction():
        order_erasure(SYSTEM, load_user(member.id))
    run_due_jobs()
    assert db.session.scalar(select(func.count(StaffNote.id))) == 0
