"""Between the first proof and the session an account may change: then no session begins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import func, update
from werkzeug.test import TestResponse

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.identity import signing_in
from community.identity.models import Purpose, User
from community.identity.operations.closing import disable_user, enable_user
from community.identity.operations.credentials import change_email, change_password
from community.identity.operations.identities import connect_identity
from community.identity.operations.tokens import issue_token
from community.identity.signing_in import SESSION_STARTERS
from community.identity.views import accounts as account_views
from community.privacy.operations.erasures import order_erasure
from tests.client import ForumClient
from tests.factories.community import load_user, make_user, reload
from tests.identity import provider_flows
from tests.identity.accounts import NEW_PASSWORD, is_signed_in, make_account, register, sign_in
from tests.identity.factors import challenge, make_passkey, make_totp, shown_code
from tests.identity.openid import FakeProvider, running_provider
from tests.identity.provider_flows import JOIN, come_back, leave, offering, provider_at

Step = Callable[[], TestResponse]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with running_provider() as server:
        yield server


@pytest.fixture
def fake(server: FakeProvider, app: Flask) -> Iterator[FakeProvider]:
    server.reset()
    with offering(app, provider_at(server.origin)):
        yield server


def _by_password(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    user = make_account()
    return lambda: sign_in(client, user.email)


def _by_link(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    with transaction():
        token = issue_token(make_account(), Purpose.SIGN_IN)
    return lambda: client.submit(f"/sign-in/link/{token}")


def _by_confirmation(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    link = register(app, client)
    return lambda: client.submit(link)


def _by_provider(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    user = make_user()
    with transaction():
        connect_identity(user, "work", "4711")
    there = leave(client)
    return lambda: come_back(client, fake, there)


def _by_joining(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    assert provider_flows.sign_in(client, fake).location == JOIN
    return lambda: client.submit(JOIN, {"display_name": "Jana"})


def _by_second_factor(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    user = make_account()
    make_totp(user)
    sign_in(client, user.email)
    return lambda: client.submit("/sign-in/second-factor", {"code": shown_code(user.id)})


def _by_passkey(app: Flask, client: ForumClient, fake: FakeProvider) -> Step:
    device = make_passkey(app.test_client().sign_in(make_account()))
    form = {"credential": device.sign_in(challenge(client, "/sign-in/passkey/challenge"))}
    return lambda: client.submit("/sign-in/passkey", form)


DOORS: dict[str, Callable[[Flask, ForumClient, FakeProvider], Step]] = {
    "identity.sign_in": _by_password,
    "identity.sign_in_by_link": _by_link,
    "identity.confirm_registration": _by_confirmation,
    "identity.ask_second_factor": _by_second_factor,
    "identity.sign_in_with_passkey": _by_passkey,
    "providers.finish_flow": _by_provider,
    "providers.make_account": _by_joining,
}
CHANGES = {
    "another key": {"fs_uniquifier": func.substr(User.fs_uniquifier, 2)},
    "closed": {"active": False},
}


@contextmanager
def _changing(monkeypatch: pytest.MonkeyPatch, change: dict[str, object]) -> Iterator[None]:
    """Change every account after it was recognised, just before its session begins."""
    real = signing_in.joined_transaction
    changed = update(User).values(change).execution_options(synchronize_session=False)

    @contextmanager
    def change_first() -> Iterator[None]:
        with real():
            db.session.execute(changed)
            yield

    with monkeypatch.context() as patch:
        patch.setattr(signing_in, "joined_transaction", change_first)
        yield


def test_every_door_is_tried() -> None:
    assert set(DOORS) == SESSION_STARTERS


@pytest.mark.parametrize("door", sorted(SESSION_STARTERS))
def test_each_door_opens_where_nothing_changed(
    app: Flask, client: ForumClient, fake: FakeProvider, door: str
) -> None:
    assert DOORS[door](app, client, fake)().status_code == 303
    assert is_signed_in(client)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("door", sorted(SESSION_STARTERS))
def test_no_session_begins_for_an_account_that_changed(
    app: Flask,
    client: ForumClient,
    fake: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
    change: str,
) -> None:
    enter = DOORS[door](app, client, fake)
    with _changing(monkeypatch, CHANGES[change]):
        answer = enter()
    with transaction():
        db.session.execute(update(User).values(active=True))
    assert not is_signed_in(client)
    if door == "identity.sign_in":
        assert answer.status_code == 422
        assert "E-mail address and password do not match." in answer.text
    else:
        assert (answer.status_code, answer.location) == (303, "/sign-in")
        assert "Please sign in again." in client.get("/sign-in").text


def _give_another_password(user: User) -> None:
    change_password(user.id, user.password, hash_password(NEW_PASSWORD), but=None)


def _give_another_address(user: User) -> None:
    change_email(user.id, "elsewhere@example.org", but=None)


def _disable(user: User) -> None:
    disable_user(SYSTEM, user)


def _erase(user: User) -> None:
    order_erasure(SYSTEM, user)


WAYS = pytest.mark.parametrize(
    "change", [_give_another_password, _give_another_address, _disable, _erase]
)


@WAYS
@pytest.mark.usefixtures("app")
def test_whatever_shuts_others_out_changes_the_key(change: Callable[[User], None]) -> None:
    user = make_account()
    with transaction():
        change(load_user(user.id))
    assert reload(user).fs_uniquifier != user.fs_uniquifier


@WAYS
def test_a_change_while_the_password_is_checked_wins(
    client: ForumClient, monkeypatch: pytest.MonkeyPatch, change: Callable[[User], None]
) -> None:
    user, real = make_account(), account_views.is_password_of

    def check_slowly(found: User | None, password: str) -> bool:
        matches = real(found, password)
        with transaction():
            change(load_user(user.id))
        return matches

    monkeypatch.setattr(account_views, "is_password_of", check_slowly)
    assert sign_in(client, user.email).status_code == 422
    if change is _disable:
        with transaction():
            enable_user(SYSTEM, load_user(user.id))
    assert not is_signed_in(client)
