"""``flask audit verify|head|export|seal|keys``."""

import json

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from community.core.audit import Action, AuditEntry, record
from community.core.audit_chain import FIELDS, key_ring
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from moderation.audit.queries.log import SEALED, WORDS
from tests.conftest import empty_table


def audit(runner: FlaskCliRunner, *arguments: str) -> Result:
    return runner.invoke(args=["audit", *arguments])


def write() -> None:
    with transaction():
        record(SYSTEM, Action.ROLE_GRANTED, subject=("user", 7), after={"role": "agent"})


def test_a_whole_log_is_said_to_be_whole(runner: FlaskCliRunner) -> None:
    write()
    checkpoint = audit(runner, "head").output.strip()
    done = audit(runner, "verify")
    assert done.exit_code == 0
    assert f"The log is whole. It ends at {checkpoint}" in done.output
    write()
    assert "1 entries checked" in audit(runner, "verify", "--since", checkpoint).output


def test_a_fault_is_named_and_ends_with_1(runner: FlaskCliRunner) -> None:
    write()
    empty_table("audit_entries")
    done = audit(runner, "verify")
    assert done.exit_code == 1
    assert "position 1, entry 1: the entry is gone." in done.output
    assert "1 faults." in done.output


@pytest.mark.parametrize("typed", ["7", "x:" + "0" * 64, "7:abc", "-1:" + "0" * 64])
def test_what_is_no_checkpoint_is_refused(runner: FlaskCliRunner, typed: str) -> None:
    done = audit(runner, "verify", "--since", typed)
    assert done.exit_code == 2
    assert "is no checkpoint" in done.output


def test_a_checkpoint_of_another_log_is_not_part_of_this(runner: FlaskCliRunner) -> None:
    write()
    done = audit(runner, "verify", "--since", "1:" + "a" * 64)
    assert done.exit_code == 1
    assert "the checkpoint is not part of the chain" in done.output


def test_a_log_without_seals_has_no_head_until_it_is_sealed(runner: FlaskCliRunner) -> None:
    write()
    empty_table("audit_seals")
    empty_table("audit_heads")
    assert audit(runner, "head").exit_code == 1
    assert "there is no head" in audit(runner, "verify").output
    assert audit(runner, "seal").exit_code == 2
    assert "The log ends at 2:" in audit(runner, "seal", "--reason", "upgrade").output
    done = audit(runner, "verify")
    assert done.exit_code == 0
    assert "1 of them were there before" in done.output
    assert "from position 2 on" in done.output
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.reason) == ("audit.sealed", "upgrade")


def test_an_export_holds_all_and_is_recorded_itself(runner: FlaskCliRunner) -> None:
    write()
    rows = [json.loads(line) for line in audit(runner, "export").output.splitlines()]
    assert [row["action"] for row in rows] == ["role.granted", "audit.exported"]
    assert set(rows[0]) == {*SEALED, *FIELDS, *WORDS}
    assert json.loads(rows[0]["after"]) == {"role": "agent"}
    later = audit(runner, "export", "--since", f"2:{rows[1]['seal']}").output.splitlines()
    assert [json.loads(line)["position"] for line in later] == [3]


def test_keys_can_be_kept_when_a_secret_goes(runner: FlaskCliRunner) -> None:
    ring = key_ring()
    assert audit(runner, "keys").output == f"{ring.current} {ring.live[ring.current].hex()}\n"
