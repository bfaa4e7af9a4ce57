"""The payback of suspended members waits, and is freed again, in whatever order it is told."""

import pytest
from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.events import SanctionEnded, SanctionStarted
from moderation.sanctions.operations.sanctions import lift_sanction
from reputation.payback.models import PaybackHold
from reputation.payback.operations.holds import place_hold
from reputation.payback.queries.shares import list_held
from reputation.payback.subscribers import on_sanction_ended, on_sanction_started
from tests.factories.community import make_user
from tests.factories.sanctions import make_sanction


def standing(user):
    query = select(PaybackHold.reference).where(
        PaybackHold.user_id == user.id, PaybackHold.lifted_at.is_(None)
    )
    return list(db.session.scalars(query))


def lift(sanction):
    with transaction():
        lift_sanction(make_user(role="admin"), sanction.id, "Enough")
    run_due_jobs()


@pytest.mark.parametrize("kind", ["suspension", "ban"])
def test_it_waits_while_the_member_is_shut_out(app, kind):
    user = make_user()
    sanction = make_sanction(user, kind)
    run_due_jobs()
    assert standing(user) == [f"sanction:{sanction.id}"]
    assert list_held([user.id]) == {user.id}
    lift(sanction)
    assert standing(user) == []
    assert list_held([user.id]) == set()


@pytest.mark.parametrize("kind", ["notice", "warning", "read_only"])
def test_words_and_read_only_leave_it_alone(app, kind):
    user = make_user()
    make_sanction(user, kind)
    run_due_jobs()
    assert standing(user) == []
    assert list_held([user.id]) == set()


def test_other_holds_stay(app):
    user = make_user()
    with transaction():
        place_hold(user.id, reason="ring", reference="ring:7", by=SYSTEM)
    sanction = make_sanction(user, "suspension")
    run_due_jobs()
    lift(sanction)
    assert standing(user) == ["ring:7"]


def test_told_of_the_end_first_nothing_is_held_for_ever(app):
    user = make_user()
    with transaction():
        on_sanction_ended(SanctionEnded(user.id, "suspension", 1), event_id=2)
    with transaction():
        on_sanction_started(SanctionStarted(user.id, "suspension", 1), event_id=1)
    assert standing(user) == []


def test_told_twice_it_is_held_once(app):
    user = make_user()
    sanction = make_sanction(user, "ban")
    run_due_jobs()
    with transaction():
        on_sanction_started(SanctionStarted(user.id, "ban", sanction.id), event_id=1)
    assert standing(user) == [f"sanction:{sanction.id}"]
