"""The same against a whole provider that others wrote, over real connections."""

import json
import re
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from community.core.db import transaction
from community.identity.operations.identities import connect_identity
from tests.client import ForumClient
from tests.factories.community import make_user, reload
from tests.identity.accounts import is_signed_in
from tests.identity.provider_flows import CALLBACK, JOIN, leave, offering, owner_of, provider_at

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock


# Its own slips, which its newer versions mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *details: object) -> None:
        return None


@contextmanager
def running_mock(**options: object) -> Iterator[str]:
    """Serve the provider until the block ends; gives its issuer."""
    with oidc_provider_mock.run_server_in_thread(**options) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def issuer(app) -> Iterator[str]:
    with running_mock(require_nonce=True) as issuer, offering(app, provider_at(issuer)):
        yield issuer


def know(issuer: str, subject: str, **claims: object) -> None:
    """Tell the provider what it knows of somebody."""
    address = f"{issuer}/users/{quote(subject)}"
    body, headers = json.dumps(claims).encode(), {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(address, body, headers, method="PUT")).close()


def answer(there: str, **form: str) -> str:
    """Fill in the provider's own form; returns where it sends the browser back to."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        opener.open(there, urlencode(form).encode())
    except urllib.error.HTTPError as sent_back:
        address = sent_back.headers["Location"]
    found = re.fullmatch(rf"http://localhost({re.escape(CALLBACK)}\?.*)", address)
    assert found, address
    return found[1]


def sign_in(client: ForumClient, subject: str = "4711"):
    return client.get(answer(leave(client), sub=subject))


def test_a_newcomer_joins_and_comes_again(issuer: str, client) -> None:
    know(
        issuer,
        "4711",
        email="jana@example.org",
        email_verified=True,
        nickname="jana",
        groups=["supers"],
    )
    assert sign_in(client).location == JOIN
    assert client.submit(JOIN, {"display_name": "Jana"}).status_code == 303
    user = owner_of("4711")
    assert (user.email, user.role) == ("jana@example.org", "superuser")
    client.sign_out()
    assert sign_in(client).location == "/"
    assert is_signed_in(client)


def test_a_member_signs_in(issuer: str, client) -> None:
    user = make_user()
    with transaction():
        connect_identity(user, "work", "4711")
    assert sign_in(client).location == "/"
    assert is_signed_in(client)
    assert reload(user).role == "member"


def test_somebody_declines(issuer: str, client) -> None:
    refused = client.get(answer(leave(client), action="deny"))
    assert refused.status_code == 400
    assert "start again" in refused.text


def test_a_replayed_answer_is_refused(issuer: str, client, app) -> None:
    back = answer(leave(client), sub="4711")
    with client.session_transaction() as session:
        copy = dict(session)
    assert client.get(back).location == JOIN
    assert client.get(back).status_code == 400
    with client.session_transaction() as session:
        session.update(copy)
    assert client.get(back).status_code == 400


def test_an_answer_for_another_browser_is_refused(issuer: str, client, app) -> None:
    back = answer(leave(client), sub="4711")
    assert app.test_client().get(back).status_code == 400


def test_an_expired_token_is_refused(app, client) -> None:
    with (
        running_mock(access_token_max_age=timedelta(seconds=-90)) as issuer,
        offering(app, provider_at(issuer)),
    ):
        refused = sign_in(client)
    assert refused.status_code == 400
    assert "Nothing was changed" in refused.text


def test_a_registered_client_with_a_wrong_secret_is_refused(app, client) -> None:
    with running_mock(require_client_registration=True) as issuer:
        body = json.dumps({"redirect_uris": [f"http://localhost{CALLBACK}"]}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{issuer}/oauth2/clients", body, headers)
        with urllib.request.urlopen(request) as response:
            client_id = json.load(response)["client_id"]
        with offering(app, provider_at(issuer, client_id=client_id, client_secret="wrong")):
            assert sign_in(client).status_code == 400
    assert not is_signed_in(client)
