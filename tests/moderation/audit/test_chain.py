"""The audit log is a chain: whatever is done to it by hand is found."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from community.core.audit import Action, AuditEntry, record
from community.core.audit_chain import (
    ADOPTED,
    FIELDS,
    WRITTEN,
    AuditHead,
    AuditSeal,
    key_ring,
)
from community.core.audit_check import Checkpoint, FaultKind, Report, verify_log
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from moderation.audit.operations.log import keep_head, seal_log
from moderation.audit.queries.log import get_head
from moderation.audit.tasks import check_log, note_head
from tests.conftest import empty_table
from tests.moderation.audit.tampering import _no_triggers, tamper

pytestmark = pytest.mark.usefixtures("app")

NEW_SECRET = "another-secret-that-is-long-enough-9876543210"


def write(*actions: Action) -> None:
    with transaction():
        for action in actions or (Action.ROLE_GRANTED,):
            record(SYSTEM, action, subject=("user", 7), after={"role": "agent"})


def kinds(report: Report) -> set[FaultKind]:
    return {fault.kind for fault in report.faults}


def by_hand(*statements: str) -> None:
    """Change the log past its triggers, and leave it so."""
    with _no_triggers():
        for statement in statements:
            db.session.execute(text(statement))
        db.session.commit()


@pytest.fixture
def unguarded(app: Flask) -> Iterator[None]:
    """Put the triggers back afterwards that ``by_hand`` took away."""
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
    is_sqlite = db.engine.dialect.name == "sqlite"
    triggers = db.session.execute(text(query)).scalars().all() if is_sqlite else []
    yield
    with transaction():
        for table in ("audit_entries", "audit_seals", "audit_heads"):
            if is_sqlite:
                db.session.execute(text(f"DELETE FROM {table}"))
            else:
                db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        for trigger in triggers:
            db.session.execute(text(trigger))


def test_every_column_of_an_entry_is_sealed() -> None:
    assert set(FIELDS) == set(AuditEntry.__table__.columns.keys())


def test_an_empty_log_is_whole() -> None:
    assert verify_log().is_whole
    assert get_head() is None


def test_each_entry_is_sealed_where_it_is_written() -> None:
    write(Action.ROLE_GRANTED, Action.ROLE_REVOKED)
    write()
    seals = db.session.scalars(select(AuditSeal).order_by(AuditSeal.position)).all()
    assert [(seal.position, seal.origin) for seal in seals] == [(n, WRITTEN) for n in (1, 2, 3)]
    report = verify_log()
    assert (report.checked, report.faults, report.written_from) == (3, [], 1)
    assert get_head() == report.end == Checkpoint(3, seals[-1].seal)


def test_what_is_rolled_back_is_not_sealed() -> None:
    write()
    with suppress(RuntimeError), transaction():
        record(SYSTEM, Action.ROLE_GRANTED, subject=("user", 7))
        raise RuntimeError
    with transaction():
        record(SYSTEM, Action.GROUP_MADE, subject=("group", 1))
        with suppress(RuntimeError), db.session.begin_nested():
            record(SYSTEM, Action.GROUP_DELETED, subject=("group", 1))
            raise RuntimeError
        with db.session.begin_nested():
            record(SYSTEM, Action.GROUP_RENAMED, subject=("group", 1))
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["role.granted", "group.made", "group.renamed"]
    assert (verify_log().checked, verify_log().faults) == (3, [])


def test_seals_refuse_to_be_changed() -> None:
    write()
    for statement in (
        "UPDATE audit_seals SET seal = 'x'",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_heads",
    ):
        with pytest.raises(Exception, match="append-only"), transaction():
            db.session.execute(text(statement))
    assert verify_log().is_whole


def test_tamperings_of_every_kind_are_found() -> None:
    found, missed = tamper(200, entries=40, seed=20_261_122)
    assert (found, missed) == (200, [])
    assert verify_log().is_whole, "what was tried was not taken back"


@pytest.mark.usefixtures("unguarded")
def test_a_cut_with_an_old_head_is_found_by_a_checkpoint() -> None:
    write()
    head = db.session.execute(text("SELECT count, seal, signature FROM audit_heads")).one()
    write(Action.ROLE_GRANTED, Action.ROLE_REVOKED)
    kept_elsewhere = verify_log().end
    assert verify_log(kept_elsewhere).is_whole
    by_hand(
        "DELETE FROM audit_entries WHERE id > (SELECT MIN(entry_id) FROM audit_seals)",
        "DELETE FROM audit_seals WHERE position > 1",
        f"UPDATE audit_heads SET count = 1, seal = '{head.seal}', signature = '{head.signature}'",
    )
    assert kinds(verify_log(kept_elsewhere)) == {FaultKind.CHECKPOINT}


@pytest.mark.usefixtures("unguarded")
def test_writing_on_does_not_heal_a_broken_head() -> None:
    write(Action.ROLE_GRANTED, Action.ROLE_REVOKED)
    by_hand(
        "DELETE FROM audit_entries WHERE action = 'role.revoked'",
        "DELETE FROM audit_seals WHERE position = 2",
    )
    write()
    assert FaultKind.HEAD_UNSIGNED in kinds(verify_log())
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 2, "acts are not refused for it"
    with transaction():
        seal_log(SYSTEM, "Restored from the copy of Tuesday.")
    # The gap stays found; from then on the log is whole again.
    end = verify_log().end
    assert kinds(verify_log()) == {FaultKind.GAP}
    write()
    assert verify_log(end).is_whole


@pytest.mark.usefixtures("unguarded")
def test_a_head_that_was_taken_away_is_not_made_up() -> None:
    write()
    by_hand("DELETE FROM audit_heads")
    write()
    assert kinds(verify_log()) == {FaultKind.HEAD_UNSIGNED}


@pytest.mark.usefixtures("unguarded")
def test_an_entry_put_in_by_hand_is_not_sealed_with_the_next() -> None:
    write()
    by_hand(
        "INSERT INTO audit_entries (id, at, actor_role, action, subject_type, reason, request_id) "
        "SELECT 999, at, 'admin', action, subject_type, reason, request_id FROM audit_entries"
    )
    write()
    assert kinds(verify_log()) == {FaultKind.UNSEALED}


def test_what_was_there_before_the_seals_is_sealed_by_the_first() -> None:
    write(Action.ROLE_GRANTED, Action.ROLE_REVOKED)
    empty_table("audit_seals")
    empty_table("audit_heads")
    assert kinds(verify_log()) == {FaultKind.UNSEALED, FaultKind.NO_HEAD}
    write()
    report = verify_log()
    assert (report.faults, report.adopted, report.written_from) == ([], 2, 3)
    origins = db.session.scalars(select(AuditSeal.origin).order_by(AuditSeal.position)).all()
    assert origins == [ADOPTED, ADOPTED, WRITTEN]


def test_the_worker_seals_what_was_there_before() -> None:
    write()
    empty_table("audit_seals")
    empty_table("audit_heads")
    with transaction():
        note_head()
    assert (verify_log().adopted, verify_log().faults) == (1, [])
    check_log()


def test_a_new_secret_goes_on_with_the_chain(app: Flask) -> None:
    write()
    before, old_key = app.config["SETTINGS"], key_ring().live[key_ring().current].hex()
    rotated = replace(before, secret_key=NEW_SECRET, secret_key_fallbacks=before.secret_key)
    try:
        app.config["SETTINGS"] = rotated
        with transaction():
            keep_head()
        assert verify_log().is_whole
        assert db.session.scalars(select(AuditHead.key_id)).one() == key_ring().current
        app.config["SETTINGS"] = replace(rotated, secret_key_fallbacks="")
        assert kinds(verify_log()) == {FaultKind.UNKNOWN_KEY}
        app.config["SETTINGS"] = replace(
            rotated, secret_key_fallbacks="", audit_former_keys=old_key
        )
        assert verify_log().is_whole
    finally:
        app.config["SETTINGS"] = before
    assert FaultKind.HEAD_UNSIGNED in kinds(verify_log())


def test_a_former_key_seals_nothing_new(app: Flask) -> None:
    write()
    before, old_key = app.config["SETTINGS"], key_ring().live[key_ring().current].hex()
    rotated = replace(before, secret_key=NEW_SECRET, secret_key_fallbacks=before.secret_key)
    try:
        app.config["SETTINGS"] = rotated
        write()
        app.config["SETTINGS"] = before = replace(before, secret_key_fallbacks=NEW_SECRET)
        write()
        app.config["SETTINGS"] = replace(
            rotated, secret_key_fallbacks="", audit_former_keys=old_key
        )
        assert FaultKind.OLD_KEY in kinds(verify_log())
    finally:
        app.config["SETTINGS"] = replace(before, secret_key_fallbacks="")


def test_many_writers_make_one_chain(app: Flask) -> None:
    failures: list[Exception] = []

    def write_some() -> None:
        with app.app_context():
            try:
                for _ in range(10):
                    write(Action.ROLE_GRANTED, Action.ROLE_REVOKED)
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write_some) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = verify_log()
    assert (report.checked, report.faults) == (120, [])
