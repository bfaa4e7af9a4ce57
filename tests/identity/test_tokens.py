"""One-time links: good once, for one purpose, for one person, for a while."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import OneTimeToken, Purpose
from community.identity.operations.tokens import (
    LinkSpent,
    get_token,
    issue_token,
    lifetime_of,
    redeem_token,
    void_tokens,
)
from tests.factories.community import make_user, reload

pytestmark = pytest.mark.usefixtures("app")
PURPOSES = list(Purpose)


def issue(user, purpose):
    with transaction():
        return issue_token(user, purpose)


def redeem(purpose, token):
    with transaction():
        return redeem_token(purpose, token)


def assert_spent(purpose, token):
    assert get_token(purpose, token) is None
    with pytest.raises(LinkSpent):
        redeem(purpose, token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_works_once_and_is_not_stored(purpose):
    user = make_user()
    token = issue(user, purpose)
    assert token not in str(db.session.execute(select(OneTimeToken.__table__)).all())
    assert get_token(purpose, token).user_id == user.id
    assert redeem(purpose, token).user_id == user.id
    assert_spent(purpose, token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_newer_token_voids_the_older(purpose):
    user = make_user()
    older, newer = issue(user, purpose), issue(user, purpose)
    assert_spent(purpose, older)
    assert redeem(purpose, newer)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_serves_no_other_purpose(purpose):
    token = issue(make_user(), purpose)
    for other in set(PURPOSES) - {purpose}:
        assert_spent(other, token)
    assert redeem(purpose, token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_dies_with_its_time(purpose):
    token = issue(make_user(), purpose)
    just_before = clock.now() + lifetime_of(purpose) - timedelta(seconds=5)
    with time_machine.travel(just_before):
        assert get_token(purpose, token)
    with time_machine.travel(just_before + timedelta(seconds=10)):
        assert_spent(purpose, token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_changed_address_or_password_voids_every_token(purpose):
    user, other = make_user(), make_user()
    token, theirs = issue(user, purpose), issue(other, purpose)
    with transaction():
        void_tokens(user.id)
    assert_spent(purpose, token)
    assert redeem(purpose, theirs).user_id == other.id


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_disabled_accounts_token_is_dead(purpose):
    user = make_user()
    token = issue(user, purpose)
    with transaction():
        reload(user).active = False
    assert_spent(purpose, token)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "%00", "é" * 50])
def test_made_up_tokens_are_spent(token):
    for purpose in PURPOSES:
        assert_spent(purpose, token)
