"""Reasons stand beside the log: readable, to be forgotten, and not to be changed by hand."""

import json

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text

from community.core.audit import Action, AuditEntry, record
from community.core.audit_check import FaultKind, verify_log
from community.core.audit_reasons import MARK, AuditReason
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.privacy.operations.texts import empty_reasons_about
from tests.client import ForumClient
from tests.factories.community import make_question, make_user

pytestmark = pytest.mark.usefixtures("app")

WHY = "Third advertisement within an hour"


def write(reason: str = WHY, subject: tuple[str, int] = ("user", 7)) -> None:
    with transaction():
        record(SYSTEM, Action.POST_HIDDEN, subject=subject, reason=reason)


def faults() -> list[FaultKind]:
    return [fault.kind for fault in verify_log().faults]


def by_hand(statement: str, **values: object) -> None:
    with transaction():
        db.session.execute(text(statement), values)


def test_an_entry_holds_a_mark_and_readers_read_the_reason(client: ForumClient) -> None:
    write()
    write("")
    marks = list(db.session.scalars(select(AuditEntry.mark).order_by(AuditEntry.id)))
    assert marks[0].startswith(MARK)
    assert (len(marks[0]), marks[1]) == (len(MARK) + 64, "")
    assert list(db.session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id))) == [WHY, ""]
    assert WHY in client.sign_in(make_user(role="admin")).get("/admin/audit").text


def test_the_same_reason_has_another_mark_each_time() -> None:
    write()
    write()
    assert len(set(db.session.scalars(select(AuditEntry.mark)))) == 2


def test_entries_from_before_there_were_marks_are_read_and_checked_as_they_are() -> None:
    with transaction():
        db.session.add(
            AuditEntry(actor_role="system", action="post.hidden", subject_type="post", mark=WHY)
        )
        record(SYSTEM, Action.POST_HIDDEN, subject=("post", 1))
    assert db.session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).first() == WHY
    assert FaultKind.CHANGED not in faults()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_reasons SET text = 'Nothing happened'", FaultKind.REASON_CHANGED),
        ("UPDATE audit_reasons SET text = '', salt = ''", FaultKind.REASON_CHANGED),
        ("UPDATE audit_reasons SET salt = '00'", FaultKind.REASON_CHANGED),
        ("UPDATE audit_reasons SET key_id = 'other'", FaultKind.REASON_CHANGED),
        ("DELETE FROM audit_reasons", FaultKind.REASON_GONE),
        (
            "INSERT INTO audit_reasons (id, text, salt, key_id, seal) VALUES (2, 'x', 'y', '', '')",
            FaultKind.REASON_FOREIGN,
        ),
        (
            "INSERT INTO audit_reasons (id, text, salt, key_id, seal) VALUES (9, 'x', 'y', '', '')",
            FaultKind.REASON_FOREIGN,
        ),
    ],
)
def test_what_is_done_to_a_reason_by_hand_is_found(statement: str, fault: FaultKind) -> None:
    write()
    write("")
    assert faults() == []
    by_hand(statement)
    assert faults() == [fault]


def test_what_was_forgotten_cannot_be_put_back_or_changed() -> None:
    person = make_user()
    write(subject=("user", person.id))
    old = db.session.scalars(select(AuditReason)).one()
    before = {"text": old.text, "salt": old.salt}
    db.session.rollback()
    empty_reasons_about(person.id)
    assert list(db.session.scalars(select(AuditEntry.reason))) == [""]
    assert faults() == []
    by_hand("UPDATE audit_reasons SET text = 'They were right'")
    assert faults() == [FaultKind.REASON_CHANGED]
    by_hand("UPDATE audit_reasons SET text = :text, salt = :salt", **before)
    assert faults() == [FaultKind.REASON_CHANGED]


def test_reasons_about_somebody_are_those_about_them_their_posts_and_their_cases() -> None:
    person, other = make_user(), make_user()
    theirs, others = make_question(person), make_question(other)
    for kind, subject_id in (
        *(("user", person.id), ("post", theirs.id), ("question", theirs.id)),
        *(("user", other.id), ("post", others.id), ("case", 1)),
    ):
        write(f"{kind} {subject_id}", (kind, subject_id))
    empty_reasons_about(person.id)
    kept = set(db.session.scalars(select(AuditReason.text).where(AuditReason.text != "")))
    assert kept == {f"user {other.id}", f"post {others.id}", "case 1"}
    assert faults() == []


def test_an_export_holds_what_it_takes_to_check_a_reason(runner: FlaskCliRunner) -> None:
    write()
    lines = runner.invoke(args=["audit", "export"]).output.splitlines()
    first = json.loads(lines[0])
    assert (first["reason_text"], first["reason"][:5]) == (WHY, MARK)
    assert len(first["reason_salt"]) == 32
