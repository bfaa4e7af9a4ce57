"""Badges given and taken by people: with a reason, recorded, and stronger than any rule."""

import pytest
from sqlalchemy import func, select

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from community.privacy.operations.erasures import order_erasure
from reputation.badges.models import BadgeGrant
from reputation.badges.operations.by_hand import (
    BadgeDisabled,
    BadgeHeld,
    give_badge,
    take_badge,
)
from reputation.badges.operations.granting import rebuild_badges
from tests.factories.community import load_user, make_user
from tests.reputation.badges.holding import badge, change_rule, held_by, solve, times_held

pytestmark = pytest.mark.usefixtures("app")

WHY = "She sat on the phone with somebody for an hour."


@pytest.fixture
def moderator():
    """Somebody who may give badges."""
    return make_user(role="moderator")


def give(actor, member, key: str = "beyond", reason: str = WHY) -> int:
    with transaction():
        return give_badge(actor, badge(key), member.id, reason)


def take(actor, grant_id: int, reason: str = "It was somebody else.") -> None:
    with transaction():
        take_badge(actor, grant_id, reason)


def grant_of(member, key: str) -> int:
    run_due_jobs()
    with transaction():
        query = select(BadgeGrant.id).where(
            BadgeGrant.user_id == member.id,
            BadgeGrant.badge_id == badge(key).id,
            BadgeGrant.revoked_at.is_(None),
        )
        return db.session.scalars(query).one()


def acts() -> list[tuple[str, str]]:
    with transaction():
        query = select(AuditEntry.action, AuditEntry.reason).where(
            AuditEntry.action.like("badge.%")
        )
        return [(action, reason) for action, reason in db.session.execute(query)]


def test_a_badge_is_given_recorded_and_told(moderator):
    member = make_user()
    give(moderator, member)
    assert held_by(member) == {"beyond"}
    assert acts() == [("badge.granted", WHY)]
    with transaction():
        assert db.session.scalars(select(Notification.note)).all() == ["Big heart"]


def test_one_that_can_be_held_many_times_is_given_again(moderator):
    member = make_user()
    give(moderator, member)
    give(moderator, member)
    assert times_held(member, "beyond") == 2


def test_one_that_is_there_once_is_not_given_twice(moderator):
    member = make_user()
    give(moderator, member, "first_solution")
    with pytest.raises(BadgeHeld):
        give(moderator, member, "first_solution")
    assert times_held(member, "first_solution") == 1


def test_taking_it_back_is_recorded_once(moderator):
    member = make_user()
    grant_id = give(moderator, member)
    for _time in range(2):
        take(moderator, grant_id)
    assert held_by(member) == set()
    assert [action for action, _reason in acts()] == ["badge.granted", "badge.revoked"]


def test_what_a_person_gave_no_rule_withdraws(moderator):
    member = make_user()
    give(moderator, member, "solutions_10")
    assert rebuild_badges() == 0
    assert held_by(member) == {"solutions_10"}


def test_what_a_person_took_no_rule_grants_again_until_a_person_does(moderator):
    helper = make_user()
    solve(helper)
    assert "first_solution" in held_by(helper)
    take(moderator, grant_of(helper, "first_solution"))
    solve(helper)
    assert "first_solution" not in held_by(helper)
    assert rebuild_badges() == 0
    give(moderator, helper, "first_solution")
    assert "first_solution" in held_by(helper)


@pytest.mark.parametrize("reason", ["", "    ", "ok", "x" * 301])
def test_a_reason_is_asked_for(moderator, reason):
    member = make_user()
    with pytest.raises(ReasonUnfit):
        give(moderator, member, reason=reason)
    grant_id = give(moderator, member)
    with pytest.raises(ReasonUnfit):
        take(moderator, grant_id, reason)
    assert held_by(member) == {"beyond"}


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_nobody_else_may(moderator, role):
    member, other = make_user(), make_user(role=role)
    grant_id = give(moderator, member)
    with pytest.raises(NotAllowed):
        give(other, member)
    with pytest.raises(NotAllowed):
        take(other, grant_id)
    assert times_held(member, "beyond") == 1


def test_nobody_gives_or_takes_their_own(moderator):
    with pytest.raises(NotAllowed):
        give(moderator, moderator)
    grant_id = give(make_user(role="admin"), moderator)
    with pytest.raises(NotAllowed):
        take(moderator, grant_id)


def test_one_that_is_given_no_more_is_given_to_nobody(moderator):
    change_rule("beyond", enabled=False)
    with pytest.raises(BadgeDisabled):
        give(moderator, make_user())


def test_who_was_erased_gets_none(moderator):
    member = make_user()
    with transaction():
        order_erasure(SYSTEM, load_user(member.id))
    run_due_jobs()
    with pytest.raises(NotFound):
        give(moderator, member)
    with pytest.raises(NotFound):
        take(moderator, 999)
    with transaction():
        assert db.session.scalar(select(func.count(BadgeGrant.id))) == 0
