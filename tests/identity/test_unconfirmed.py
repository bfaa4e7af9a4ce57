"""Before its address is confirmed a registration is no account, for administrators neither."""

import pytest

from community.core.authz import SYSTEM
from community.core.db import transaction
from community.core.errors import NotAllowed
from community.identity.operations.closing import disable_user, enable_user
from community.identity.operations.roles import NotConfirmed, grant_role
from community.identity.queries import get_user_by_email
from tests.factories.community import load_user, make_user, reload
from tests.identity.accounts import is_signed_in, register, sign_in

EMAIL = "jana@example.org"


@pytest.fixture
def pending(app):
    register(app, app.test_client())
    with transaction():
        return get_user_by_email(EMAIL)


@pytest.mark.parametrize("act", [enable_user, disable_user])
def test_nobody_opens_or_closes_a_registration(pending, act):
    with pytest.raises(NotAllowed), transaction():
        act(SYSTEM, load_user(pending.id))
    assert not reload(pending).active


def test_an_administrator_s_page_opens_no_registration(app, client, pending):
    client.sign_in(make_user(role="admin"))
    assert client.remove(f"/admin/people/{pending.id}/disabling").status_code == 403
    page = client.get(f"/admin/people/{pending.id}").text
    assert "Close, open or erase this account" not in page
    assert "Give this role" not in page
    visitor = app.test_client()
    assert sign_in(visitor, EMAIL).status_code == 422
    assert not is_signed_in(visitor)


def test_a_registration_is_given_no_role(client, pending):
    with pytest.raises(NotConfirmed), transaction():
        grant_role(SYSTEM, load_user(pending.id), "admin")
    client.sign_in(make_user(role="admin"))
    form = {"role": "moderator", "board": "all"}
    answer = client.submit(f"/admin/people/{pending.id}/roles", form)
    assert answer.status_code == 409
    assert "not confirmed yet" in answer.text
    assert load_user(pending.id).role_names == {"member"}


@pytest.mark.parametrize("command", [["grant", EMAIL, "admin"], ["enable", EMAIL]])
def test_commands_know_no_registration(runner, pending, command):
    result = runner.invoke(args=["users", *command])
    assert result.exit_code != 0
    assert "No account has the address" in result.output
    assert not reload(pending).active
