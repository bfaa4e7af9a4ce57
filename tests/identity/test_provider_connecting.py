"""Connecting a provider with an account, from inside it alone; and proving there who one is."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, AuditEntry
from community.core.db import db, forget_changes, transaction
from community.identity.models import User
from community.identity.operations.identities import connect_identity
from community.identity.providers.settings import Provider
from tests.client import ForumClient
from tests.factories.community import make_user, reload
from tests.identity.accounts import is_signed_in, make_account
from tests.identity.openid import FakeProvider, running_provider
from tests.identity.provider_flows import (
    CALLBACK,
    START,
    come_back,
    identities,
    join,
    leave,
    offering,
    owner_of,
    provider_at,
    sign_in,
)
from tests.mailbox import sent_mails

PAGE = "/account/providers"
CONNECTION = f"{PAGE}/work"
VERIFY = "/verify/providers/work?next=/tags"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with running_provider() as server:
        yield server


@pytest.fixture
def fake(server: FakeProvider, app) -> Iterator[FakeProvider]:
    server.reset()
    with offering(app, provider_at(server.origin)):
        yield server


def connected(user: User, subject: str = "4711", provider: str = "work") -> User:
    with transaction():
        connect_identity(user, provider, subject)
    return reload(user)


def leave_to_connect(client: ForumClient) -> str:
    response = client.submit(CONNECTION)
    assert response.status_code == 200
    assert response.headers["Refresh"].startswith("0; url=http://127.0.0.1")
    link = re.search(r'<a class="btn[^>]*href="(http://127[^"]+)"', response.text)
    assert link
    assert f"0; url={unescape(link[1])}" == response.headers["Refresh"]
    return unescape(link[1])


def audited() -> list[tuple[str, int | None]]:
    forget_changes()
    return [(row.action, row.actor_id) for row in db.session.scalars(select(AuditEntry))]


def test_guests_have_nothing_to_connect(fake, client) -> None:
    assert client.get(PAGE).location.startswith("/sign-in?")
    assert client.submit(CONNECTION).location.startswith("/sign-in?")
    assert client.get(VERIFY).location.startswith("/sign-in?")


def test_an_account_is_connected_from_inside(fake, client) -> None:
    user = make_account()
    client.sign_in(user)
    page = client.get(PAGE).text
    assert 'aria-label="Connect: Company account"' in page
    back = come_back(client, fake, leave_to_connect(client))
    assert (back.status_code, back.location) == (303, PAGE)
    assert identities() == [(user.id, "work", "4711")]
    page = client.get(PAGE).text
    assert "From now on you can sign in with Company account." in page
    assert 'aria-label="Disconnect: Company account"' in page
    assert audited() == [(Action.PROVIDER_CONNECTED, user.id)]
    client.sign_out()
    assert sign_in(client, fake).location == "/"
    assert is_signed_in(client)


def test_the_owner_is_told_by_mail(fake, client, app) -> None:
    user = make_account()
    client.sign_in(user)
    come_back(client, fake, leave_to_connect(client))
    client.remove(CONNECTION)
    told = [mail for mail in sent_mails(app) if mail.to == [user.email]]
    assert [mail.subject for mail in told] == [
        "A new way to sign in to your account",
        "A way to sign in was removed",
    ]
    assert all("Company account" in mail.body and PAGE in mail.body for mail in told)


def test_connecting_asks_for_a_fresh_proof(fake, client) -> None:
    client.sign_in(connected(make_account()))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        for answer in (client.submit(CONNECTION), client.remove(CONNECTION)):
            assert answer.location.startswith("/verify?")
    assert len(identities()) == 1


def test_connecting_takes_a_csrf_token(fake, client) -> None:
    client.sign_in(make_account())
    assert client.post(CONNECTION).status_code == 400
    assert client.get(CONNECTION).status_code == 405


def test_connecting_belongs_to_the_session_that_began(fake, client, app) -> None:
    """Whoever lures a member into a foreign flow gets no way into their account."""
    user = make_account()
    client.sign_in(user)
    there = leave_to_connect(client)
    with client.session_transaction() as session:
        flows = session["provider_flows"]
    for other in (app.test_client(), app.test_client().sign_in(make_user())):
        with other.session_transaction() as session:
            session["provider_flows"] = flows
    assert come_back(other, fake, there).status_code == 400
    assert identities() == []
    client.sign_out().sign_in(user)
    with client.session_transaction() as session:
        session["provider_flows"] = flows
    assert come_back(client, fake, there).status_code == 400
    assert identities() == []


def test_a_sign_in_flow_connects_nothing(fake, client) -> None:
    there = leave(client)
    client.sign_in(make_account())
    back = come_back(client, fake, there)
    assert identities() == []
    assert back.location == f"{START}/account"


def test_an_account_there_is_connected_with_one_here(fake, client) -> None:
    owner = connected(make_user())
    client.sign_in(make_account())
    refused = come_back(client, fake, leave_to_connect(client))
    assert refused.status_code == 409
    assert "connected with another account here already" in refused.text
    assert identities() == [(owner.id, "work", "4711")]


def test_an_account_here_is_connected_with_one_there(fake, client) -> None:
    user = connected(make_account(), subject="4712")
    client.sign_in(user)
    assert come_back(client, fake, leave_to_connect(client)).status_code == 409
    assert identities() == [(user.id, "work", "4712")]


def test_connecting_twice_changes_nothing(fake, client) -> None:
    user = connected(make_account())
    client.sign_in(user)
    assert come_back(client, fake, leave_to_connect(client)).status_code == 303
    assert identities() == [(user.id, "work", "4711")]


def test_what_is_disconnected_signs_nobody_in(fake, client) -> None:
    user = connected(make_account())
    client.sign_in(user)
    assert client.remove(CONNECTION).location == PAGE
    assert identities() == []
    assert (Action.PROVIDER_DISCONNECTED, user.id) in audited()
    assert client.remove(CONNECTION).location == PAGE
    client.sign_out()
    assert sign_in(client, fake).location == f"{START}/account"


def test_the_last_way_in_stays(fake, client) -> None:
    user = join(client, fake)
    refused = client.remove(CONNECTION)
    assert refused.status_code == 409
    assert "the only way into your account" in refused.text
    assert len(identities()) == 1
    with transaction():
        stored = db.session.get_one(User, user.id)
        stored.email, stored.confirmed_at = "jana@example.org", clock.now()
    assert client.remove(CONNECTION).status_code == 303
    assert identities() == []


def test_a_provider_that_is_gone_is_no_way_in(fake, client) -> None:
    user = join(client, fake)
    connected(user, "other", "former")
    page = client.get(PAGE).text
    assert "Not offered any more" in page
    assert client.remove(CONNECTION).status_code == 409
    assert client.remove(f"{PAGE}/former").status_code == 303
    assert [row[1] for row in identities()] == ["work"]


def test_a_page_without_providers_says_so(app, client) -> None:
    client.sign_in(make_user())
    assert "Nothing to connect" in client.get(PAGE).text


def test_one_can_prove_there_who_one_is(fake, client) -> None:
    client.sign_in(connected(make_user()))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        page = client.get("/verify?next=/tags").text
        assert f'href="{VERIFY}"' in page
        there = leave(client, VERIFY)
        asked = parse_qs(urlsplit(there).query)
        assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
        fake.claims["auth_time"] = int(time.time())
        assert come_back(client, fake, there).location == "/tags"
        assert client.submit(CONNECTION).status_code == 200


@pytest.mark.parametrize("ago", [None, 3_600, 75])
def test_a_provider_that_did_not_ask_proves_nothing(fake, client, ago: int | None) -> None:
    client.sign_in(connected(make_user()))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        there = leave(client, VERIFY)
        if ago is not None:
            fake.claims["auth_time"] = int(time.time()) - ago
        refused = come_back(client, fake, there)
        assert refused.status_code == 400
        assert "have just signed in there" in refused.text
        assert 'href="/verify"' in refused.text
        assert client.submit(CONNECTION).location.startswith("/verify?")


@pytest.mark.parametrize("owner", ["nobody", "another"])
def test_somebody_elses_account_there_proves_nothing(fake, client, owner: str) -> None:
    if owner == "another":
        connected(make_user())
    client.sign_in(connected(make_user(), subject="4712"))
    fake.claims["auth_time"] = int(time.time())
    there = leave(client, VERIFY)
    assert come_back(client, fake, there).status_code == 403


def test_a_proof_belongs_to_the_session_that_began(fake, client, app) -> None:
    user = connected(make_user())
    client.sign_in(user)
    there = leave(client, VERIFY)
    with client.session_transaction() as session:
        flows = session["provider_flows"]
    fake.claims["auth_time"] = int(time.time())
    other = app.test_client().sign_in(user)
    with other.session_transaction() as session:
        session["provider_flows"] = flows
    assert come_back(other, fake, there).status_code == 400


def test_only_connected_providers_are_offered_for_a_proof(fake, client, app) -> None:
    client.sign_in(make_account())
    assert "/verify/providers/" not in client.get("/verify").text


def test_two_providers_are_told_apart(fake, client, app) -> None:
    """The same number at two providers is two people."""
    first = connected(make_user())
    second: Provider = provider_at(fake.origin, name="second", label={"de": "B", "en": "B"})
    with offering(app, provider_at(fake.origin), second):
        there = leave(client, "/sign-in/providers/second")
        answer = fake.sign_in(there)
        back = client.get("/sign-in/providers/second/callback", query_string=answer)
        assert back.location == "/sign-in/providers/second/account"
    assert owner_of("4711").id == first.id
    assert client.get(CALLBACK).status_code == 400
