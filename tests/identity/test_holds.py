"""Legal holds."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.identity.operations.holds import place_hold, release_hold
from tests.factories.community import make_user, reload

pytestmark = pytest.mark.usefixtures("app")


def acts():
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_hold_is_placed_and_released_once_each_and_audited():
    user = make_user()
    for change in (place_hold, place_hold, release_hold, release_hold):
        with transaction():
            change(SYSTEM, user, "claim 7")
    assert acts() == ["hold.placed", "hold.released"]
    assert reload(user).erasure_held_at is None


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_only_administrators_place_and_release_holds(role):
    actor, user = make_user(role=role), make_user()
    for change in (place_hold, release_hold):
        with pytest.raises(NotAllowed), transaction():
            change(actor, user, "because")
    assert acts() == []
