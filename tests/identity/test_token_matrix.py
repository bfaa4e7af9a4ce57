"""Every mailed link × every way in which it may have gone bad: none is accepted.

Made from the list of purposes, so that a new one has to say where it is used.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import OneTimeToken, Purpose, User
from community.identity.operations.registration import Registration, keep_registration
from community.identity.operations.tokens import issue_token, lifetime_of
from community.identity.passwords import hash_password
from tests.client import ForumClient
from tests.factories.community import reload
from tests.identity.accounts import NEW_PASSWORD, PASSWORD, is_signed_in, make_account, sign_in


class Use(NamedTuple):
    """Where a link leads, what its button sends, and how to see that it was accepted."""

    path: str
    form: dict[str, str]
    worked: Callable[[ForumClient, User], bool]


def has_account(client: ForumClient, user: User) -> bool:
    return is_signed_in(client) and not reload(user).is_pending


def has_new_password(client: ForumClient, user: User) -> bool:
    return sign_in(client, reload(user).email, password=NEW_PASSWORD).status_code == 303


def has_new_address(client: ForumClient, user: User) -> bool:
    return reload(user).email == "new@example.org"


USES = {
    Purpose.CONFIRM_EMAIL: Use("/confirmations/{}", {"password": PASSWORD}, has_account),
    Purpose.SIGN_IN: Use("/sign-in/link/{}", {}, lambda client, user: is_signed_in(client)),
    Purpose.RESET_PASSWORD: Use("/reset/{}", {"password": NEW_PASSWORD}, has_new_password),
    Purpose.CHANGE_EMAIL: Use("/email-changes/{}", {}, has_new_address),
}


def make_owner(purpose: Purpose) -> User:
    """Make somebody who can get such a link: a registration, or a member."""
    if purpose != Purpose.CONFIRM_EMAIL:
        return make_account()
    with transaction():
        owner = keep_registration(
            Registration(
                email="newcomer@example.org",
                display_name="New Comer",
                password_hash=hash_password(PASSWORD),
                language="en",
            )
        )
    assert owner
    return owner


def issue(user: User, purpose: Purpose) -> str:
    with transaction():
        return issue_token(reload(user), purpose, sent_to="new@example.org")


def send(client: ForumClient, purpose: Purpose, token: str) -> int:
    use = USES[purpose]
    return client.submit(use.path.format(token), use.form).status_code


def change_password(app: Flask, owner: User) -> None:
    client = app.test_client()
    client.sign_in(owner)
    answer = client.submit("/account/password", {"password": "unrelated wooden bridge"})
    assert answer.status_code == 303


def change_email(app: Flask, owner: User) -> None:
    with transaction():
        token = issue_token(reload(owner), Purpose.CHANGE_EMAIL, sent_to="elsewhere@example.org")
    assert app.test_client().submit(f"/email-changes/{token}").status_code == 303


def reset_password(app: Flask, owner: User) -> None:
    with transaction():
        token = issue_token(reload(owner), Purpose.RESET_PASSWORD)
    form = {"password": "unrelated wooden bridge"}
    assert app.test_client().submit(f"/reset/{token}", form).status_code == 303


def disable(app: Flask, owner: User) -> None:
    with transaction():
        reload(owner).active = False


def register_anew(app: Flask, owner: User) -> None:
    make_owner(Purpose.CONFIRM_EMAIL)
    issue(owner, Purpose.CONFIRM_EMAIL)


# What happens between the mail and the button. A registration has neither page; what stands for
# its change of password is another registration with the address.
MEMBER_EVENTS = [change_password, change_email, reset_password, disable]
EVENTS = [
    (purpose, event)
    for purpose in Purpose
    for event in ([register_anew] if purpose == Purpose.CONFIRM_EMAIL else MEMBER_EVENTS)
]


def test_every_purpose_is_in_the_matrix() -> None:
    assert set(USES) == set(Purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_good_link_is_accepted_once(app, client, purpose):
    owner = make_owner(purpose)
    token = issue(owner, purpose)
    assert send(client, purpose, token) == 303
    assert USES[purpose].worked(client, owner)
    for browser in (client, app.test_client()):
        assert send(browser, purpose, token) == 404


@pytest.mark.parametrize("purpose", Purpose)
def test_an_older_link_is_not_accepted(client, purpose):
    owner = make_owner(purpose)
    older = issue(owner, purpose)
    issue(owner, purpose)
    assert send(client, purpose, older) == 404
    assert not USES[purpose].worked(client, owner)


@pytest.mark.parametrize(("purpose", "other"), tuple(permutations(Purpose, 2)))
def test_a_link_is_not_accepted_for_another_purpose(client, purpose, other):
    owner = make_owner(purpose)
    token = issue(owner, purpose)
    assert send(client, other, token) == 404
    assert not USES[other].worked(client, owner)
    assert send(client, purpose, token) == 303


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_not_accepted_when_its_time_is_up(client, purpose):
    owner = make_owner(purpose)
    token = issue(owner, purpose)
    with time_machine.travel(clock.now() + lifetime_of(purpose) + timedelta(seconds=1)):
        assert send(client, purpose, token) == 404
    assert not USES[purpose].worked(client, owner)


@pytest.mark.parametrize(("purpose", "event"), EVENTS)
def test_a_link_is_not_accepted_after_a_change(app, client, purpose, event):
    owner = make_owner(purpose)
    token = issue(owner, purpose)
    event(app, owner)
    assert send(client, purpose, token) == 404
    assert not USES[purpose].worked(client, owner)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_does_nothing_to_anybody_else(client, purpose):
    owner, other = make_owner(purpose), make_account()
    before = reload(other).password, reload(other).email
    client.sign_in(other)
    send(client, purpose, issue(owner, purpose))
    assert (reload(other).password, reload(other).email) == before


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_not_accepted_in_any_other_spelling(client, purpose):
    owner = make_owner(purpose)
    token = issue(owner, purpose)
    for wrong in (token[:-1], token + "A", token.swapcase(), token + "%00", " " + token, "%"):
        assert send(client, purpose, wrong) == 404
    assert send(client, purpose, token) == 303


@pytest.mark.parametrize("purpose", Purpose)
def test_opening_a_link_uses_nothing_up(client, purpose):
    token = issue(make_owner(purpose), purpose)
    for method in (client.get, client.head, client.get):
        assert method(USES[purpose].path.format(token)).status_code == 200
    assert db.session.scalars(select(OneTimeToken)).one().used_at is None
    assert send(client, purpose, token) == 303


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_wants_a_button_of_ours(client, purpose):
    use = USES[purpose]
    token = issue(make_owner(purpose), purpose)
    assert client.post(use.path.format(token), data=use.form).status_code == 400
    assert send(client, purpose, token) == 303
