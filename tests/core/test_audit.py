"""The audit log takes entries and never gives one up."""

from contextlib import suppress

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from community.core.audit import Action, AuditEntry, record
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from tests.factories.community import make_user

pytestmark = pytest.mark.usefixtures("app")


def write_entry():
    admin = make_user(role="admin")
    with transaction():
        record(admin, Action.ROLE_GRANTED, subject=("user", 7), after={"role": "agent"})
    return admin


def test_an_entry_names_actor_act_and_subject():
    admin = write_entry()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.actor_role, entry.action) == (admin.id, "admin", "role.granted")
    assert (entry.subject_type, entry.subject_id, entry.after) == ("user", 7, {"role": "agent"})


def test_the_system_signs_for_itself():
    with transaction():
        record(SYSTEM, Action.ROLE_REVOKED, subject=("user", 7), reason="x" * 900)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.actor_role, len(entry.reason)) == (None, "system", 500)


@pytest.mark.parametrize(
    "change", [update(AuditEntry).values(mark="nothing happened"), delete(AuditEntry)]
)
def test_the_database_refuses_to_change_an_entry(change):
    write_entry()
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(change)
    assert db.session.scalars(select(AuditEntry.reason)).one() == ""


def test_an_act_that_is_rolled_back_leaves_no_entry():
    with suppress(RuntimeError), transaction():
        record(SYSTEM, Action.ROLE_GRANTED, subject=("user", 7))
        raise RuntimeError
    assert db.session.scalars(select(AuditEntry)).all() == []
