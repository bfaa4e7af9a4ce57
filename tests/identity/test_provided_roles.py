"""Roles and groups follow the provider; second factors there count here."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, forget_changes, transaction
from community.identity.models import Group, GroupMember, RoleGrant, TotpFactor, User, UserSession
from community.identity.operations.groups import add_member, make_group
from community.identity.operations.identities import connect_identity, disconnect_identity
from community.identity.operations.roles import grant_role
from tests.factories.community import make_user, reload
from tests.identity.accounts import is_signed_in
from tests.identity.openid import FakeProvider, running_provider
from tests.identity.provider_flows import join, offering, provider_at, sign_in
from tests.mailbox import sent_mails


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with running_provider() as server:
        yield server


@pytest.fixture
def fake(server: FakeProvider, app) -> Iterator[FakeProvider]:
    server.reset()
    with offering(app, provider_at(server.origin)):
        yield server


@pytest.fixture
def user(app) -> User:
    user = make_user()
    with transaction():
        connect_identity(user, "work", "4711")
    return reload(user)


def roles_of(user: User) -> dict[str, str | None]:
    forget_changes()
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id))
    return {grant.name: grant.provider for grant in grants}


def sign_in_with(client, fake: FakeProvider, *groups: str) -> None:
    client.sign_out()
    fake.claims["groups"] = list(groups)
    assert sign_in(client, fake).status_code == 303


def test_roles_come_and_go_with_the_providers_groups(fake, client, user) -> None:
    sign_in_with(client, fake, "supers", "strangers")
    assert roles_of(user) == {"superuser": "work"}
    assert reload(user).role == "superuser"
    sign_in_with(client, fake, "supers")
    assert roles_of(user) == {"superuser": "work"}
    sign_in_with(client, fake)
    assert roles_of(user) == {}
    assert reload(user).role == "member"


def test_what_people_here_granted_stays(fake, client, user) -> None:
    with transaction():
        grant_role(SYSTEM, user, "superuser")
    sign_in_with(client, fake, "supers")
    assert roles_of(user) == {"superuser": None}
    sign_in_with(client, fake)
    assert roles_of(user) == {"superuser": None}


def test_each_provider_takes_only_what_it_gave(fake, client, user, app) -> None:
    sign_in_with(client, fake, "supers")
    with transaction():
        db.session.execute(RoleGrant.__table__.update().values(provider="another"))
    sign_in_with(client, fake)
    assert roles_of(user) == {"superuser": "another"}


def test_a_newcomer_gets_them_at_once(fake, client) -> None:
    fake.claims["groups"] = ["supers"]
    assert roles_of(join(client, fake)) == {"superuser": "work"}


def test_the_last_administrator_stays(fake, client, user, app) -> None:
    groups = {"admins": "role:admin"}
    with offering(app, provider_at(fake.origin, groups=groups, trusted_second_factor=True)):
        sign_in_with(client, fake, "admins")
        assert roles_of(user) == {"admin": "work"}
        sign_in_with(client, fake)
        assert roles_of(user) == {"admin": "work"}
        with transaction():
            grant_role(SYSTEM, make_user(), "admin")
        sign_in_with(client, fake)
        assert roles_of(user) == {}


def test_changes_are_in_the_audit_record(fake, client, user) -> None:
    sign_in_with(client, fake, "supers")
    sign_in_with(client, fake)
    forget_changes()
    entries = [
        (entry.action, entry.actor_id, entry.subject_id)
        for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        if entry.action.startswith("role.")
    ]
    assert entries == [("role.granted", None, user.id), ("role.revoked", None, user.id)]


def groups_of(user: User) -> dict[str, str | None]:
    forget_changes()
    members = select(Group.slug, GroupMember.provider).join(GroupMember)
    rows = db.session.execute(members.where(GroupMember.user_id == user.id))
    return {row.slug: row.provider for row in rows}


def test_groups_come_and_go_too(fake, client, user) -> None:
    with transaction():
        make_group(SYSTEM, "partners", {"de": "Partner", "en": "Partners"})
    sign_in_with(client, fake, "partners")
    assert groups_of(user) == {"partners": "work"}
    sign_in_with(client, fake, "partners")
    assert groups_of(user) == {"partners": "work"}
    sign_in_with(client, fake)
    assert groups_of(user) == {}


def test_who_was_added_here_stays_in_a_group(fake, client, user) -> None:
    with transaction():
        group = make_group(SYSTEM, "partners", {"de": "Partner", "en": "Partners"})
        add_member(SYSTEM, group, user)
    sign_in_with(client, fake, "partners")
    sign_in_with(client, fake)
    assert groups_of(user) == {"partners": None}


def test_a_group_that_is_unknown_here_keeps_nobody_out(fake, client, user) -> None:
    sign_in_with(client, fake, "partners")
    assert is_signed_in(client)
    assert groups_of(user) == {}


def test_who_disconnects_what_made_them_staff_is_signed_out_and_told(
    fake, client, user, app
) -> None:
    with transaction():
        db.session.execute(update(User).where(User.id == user.id).values(password="kept"))
    with offering(app, provider_at(fake.origin, trusted_second_factor=True)):
        sign_in_with(client, fake, "mods")
        assert client.remove("/account/providers/work").status_code == 303
    assert roles_of(user) == {}
    assert not is_signed_in(client)
    assert "/account/providers" in sent_mails(app)[-1].body


def disconnect(user: User) -> None:
    with transaction():
        assert disconnect_identity(reload(user), "work", ["work"])


def test_what_a_provider_granted_ends_when_it_is_disconnected(fake, client, user) -> None:
    with transaction():
        make_group(SYSTEM, "partners", {"de": "Partner", "en": "Partners"})
        own = make_group(SYSTEM, "testers", {"de": "Tester", "en": "Testers"})
        add_member(SYSTEM, own, user)
        grant_role(SYSTEM, user, "agent")
    sign_in_with(client, fake, "supers", "partners")
    assert (roles_of(user), groups_of(user)) == (
        {"superuser": "work", "agent": None},
        {"partners": "work", "testers": None},
    )
    disconnect(user)
    assert (roles_of(user), groups_of(user)) == ({"agent": None}, {"testers": None})
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[-3:] == ["provider.disconnected", "role.revoked", "group.left"]


def test_the_last_administrator_stays_when_the_provider_is_disconnected(
    fake, client, user, app
) -> None:
    groups = {"admins": "role:admin"}
    with offering(app, provider_at(fake.origin, groups=groups, trusted_second_factor=True)):
        sign_in_with(client, fake, "admins")
    disconnect(user)
    assert roles_of(user) == {"admin": "work"}


def session_of(user: User) -> UserSession:
    forget_changes()
    return db.session.scalars(select(UserSession).where(UserSession.user_id == user.id)).one()


@pytest.mark.parametrize(
    ("amr", "trusted", "counts"),
    [(["pwd"], False, False), (["mfa"], False, True), (["otp"], False, True), (None, True, True)],
)
def test_a_second_factor_there_counts_here(
    fake, client, user, app, amr, trusted: bool, counts: bool
) -> None:
    fake.claims["amr"] = amr
    with offering(app, provider_at(fake.origin, trusted_second_factor=trusted)):
        sign_in_with(client, fake, "mods")
    assert (session_of(user).second_factor_at is not None) is counts
    assert roles_of(user) == {"moderator": "work"}
    # Staff without a second factor reach nothing but setting one up.
    assert is_signed_in(client)
    assert (client.get("/preferences").status_code == 200) is counts


@pytest.mark.parametrize(("amr", "is_asked"), [(["pwd"], True), (["mfa"], False)])
def test_ones_own_second_factor_is_asked_for_unless_the_provider_did(
    fake, client, user, amr: list[str], is_asked: bool
) -> None:
    with transaction():
        db.session.add(TotpFactor(user_id=user.id, secret="sealed", confirmed_at=clock.now()))
    fake.claims["amr"] = amr
    sign_in_with(client, fake)
    assert is_signed_in(client) is not is_asked
    assert (client.get("/sign-in/second-factor").status_code == 200) is is_asked
