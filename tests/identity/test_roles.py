"""Giving and taking roles."""

import pytest
from sqlalchemy import select

from community.core.authz import GUEST, ROLES, SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.identity.models import RoleGrant
from community.identity.operations.roles import (
    LastAdministrator,
    RoleUnknown,
    grant_role,
    revoke_role,
)
from community.identity.policies import can_grant_roles
from tests.factories.community import load_user, make_user

pytestmark = pytest.mark.usefixtures("app")


def test_only_administrators_and_the_system_grant_roles():
    allowed = {role: can_grant_roles(make_user(role=role)) for role in ROLES}
    assert [role for role, may in allowed.items() if may] == ["admin"]
    assert can_grant_roles(SYSTEM)
    assert not can_grant_roles(GUEST)


def test_a_granted_role_is_held_and_says_by_whom():
    admin, user = make_user(role="admin"), make_user()
    with transaction():
        grant_role(admin, user, "moderator")
    held = load_user(user.id)
    assert held.role_names == {"member", "moderator"}
    assert held.role == "moderator"
    assert held.role_grants[0].granted_by_id == admin.id


def test_the_highest_role_is_shown():
    user = make_user()
    with transaction():
        grant_role(SYSTEM, user, "agent")
        grant_role(SYSTEM, user, "superuser")
    assert load_user(user.id).role == "agent"
    with transaction():
        revoke_role(SYSTEM, user, "agent")
    assert load_user(user.id).role == "superuser"
    with transaction():
        revoke_role(SYSTEM, user, "superuser")
    assert load_user(user.id).role == "member"


def test_granting_twice_is_granting_once():
    user = make_user()
    for _time in range(2):
        with transaction():
            grant_role(SYSTEM, user, "agent")
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all()
    assert len(grants) == 1


def test_taking_a_role_that_is_not_held_changes_nothing():
    user = make_user(role="agent")
    with transaction():
        revoke_role(SYSTEM, user, "moderator")
    assert load_user(user.id).role_names == {"member", "agent"}


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
@pytest.mark.parametrize("change", [grant_role, revoke_role])
def test_others_are_refused(role, change):
    actor, user = make_user(role=role), make_user()
    with pytest.raises(NotAllowed), transaction():
        change(actor, user, "agent")


def test_nobody_makes_themselves_an_administrator():
    actor = make_user(role="moderator")
    with pytest.raises(NotAllowed), transaction():
        grant_role(actor, actor, "admin")


@pytest.mark.parametrize("name", ["member", "", "root", "Admin"])
def test_a_role_that_does_not_exist_is_refused(name):
    with pytest.raises(RoleUnknown), transaction():
        grant_role(SYSTEM, make_user(), name)


def test_the_last_administrator_stays():
    admin = make_user(role="admin")
    make_user(role="admin", active=False)
    with pytest.raises(LastAdministrator), transaction():
        revoke_role(admin, admin, "admin")
    other = make_user(role="admin")
    with transaction():
        revoke_role(admin, admin, "admin")
    assert load_user(admin.id).role == "member"
    assert load_user(other.id).role == "admin"
