"""What the operator does to others' accounts, and who may not."""

import pytest

from community.core.authz import GUEST, SYSTEM
from community.core.db import transaction
from community.core.errors import NotAllowed
from community.identity.operations import names
from community.identity.operations.accounts import (
    AccountExists,
    NewAccount,
    forget_factors,
    make_account,
    sign_out_user,
)
from community.identity.operations.names import NameTaken
from tests.factories.community import make_user

ARNE = NewAccount("arne@example.org", "Arne")

pytestmark = pytest.mark.usefixtures("app")


ACTS = {
    "make": lambda actor, other: make_account(actor, ARNE),
    "sign out": sign_out_user,
    "forget": forget_factors,
}


@pytest.mark.parametrize("role", [None, "member", "superuser", "moderator", "agent"])
@pytest.mark.parametrize("act", ACTS)
def test_only_administrators_and_the_system_may(role, act):
    other = make_user()
    actor = GUEST if role is None else make_user(role=role)
    with pytest.raises(NotAllowed), transaction():
        ACTS[act](actor, other)


def test_an_address_has_one_account():
    with transaction():
        make_account(SYSTEM, ARNE)
    with pytest.raises(AccountExists), transaction():
        make_account(make_user(role="admin"), ARNE._replace(display_name="Bea"))


def test_a_name_taken_at_the_same_moment_makes_no_account(monkeypatch):
    make_user("Arne")
    monkeypatch.setattr(names, "is_name_taken", lambda *_, **__: False)
    with pytest.raises(NameTaken), transaction():
        make_account(SYSTEM, ARNE)
