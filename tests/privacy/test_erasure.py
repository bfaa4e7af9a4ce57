"""Erasing: nothing of the person is found in any byte on disk, and nobody else loses anything."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from community.core.audit_check import verify_log
from community.core.audit_reasons import AuditReason
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.operations.names import NameTaken, check_name
from community.privacy.operations.erasures import order_erasure
from community.privacy.operations.files import clean_database_files
from community.search.tasks import check_index
from tests.factories.community import load_user
from tests.privacy.planting import Planted, build_archive, dump, hits, plant


def _erase(planted: Planted) -> None:
    with transaction():
        order_erasure(SYSTEM, load_user(planted.user.id))
    run_due_jobs()
    clean_database_files()


def _counts() -> dict[str, object]:
    tables = {
        "posts": "SELECT count(*), sum(kudos_count), sum(comments_count) FROM posts",
        "questions": "SELECT sum(answers_count), sum(me_too_count) FROM questions",
    }
    found = {name: tuple(db.session.execute(text(sql)).one()) for name, sql in tables.items()}
    db.session.rollback()
    return found


def test_no_byte_of_the_person_is_left(app: Flask, instance_path: Path, database_kind: str) -> None:
    planted = plant()
    build_archive(planted)
    check_index()
    run_due_jobs()
    before = _counts()
    found = hits(dump(instance_path, database_kind), planted.needles)
    assert {one.rpartition(" in ")[0] for one in found} == set(planted.needles), "all are planted"
    assert any(".zip/" in one for one in found), "also in the archive"
    _erase(planted)
    assert hits(dump(instance_path, database_kind), planted.needles) == []
    assert hits(dump(instance_path, database_kind), planted.kept) != []
    reasons = list(db.session.scalars(select(AuditReason.text).order_by(AuditReason.id)))
    assert reasons == ["", f"Quarrelled with former member {planted.user.id} about it"]
    assert verify_log().is_whole
    assert _counts() == before


def test_their_names_are_free_again(app: Flask) -> None:
    planted = plant()
    names = [f"Ann {planted.words['name']}", f"Old {planted.words['old name']}"]
    # What looks like them is refused, and afterwards it is not.
    names += [name.replace("rn", "m") for name in names]
    with transaction():
        for name in names:
            with pytest.raises(NameTaken):
                check_name(name)
    _erase(planted)
    with transaction():
        assert [check_name(name) for name in names] == names
