"""Accounts with second factors, and what their owners' devices do."""

import json
from datetime import timedelta
from typing import Any

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import Passkey, RecoveryCode, TotpFactor, User
from community.identity.operations.totp import read_secret
from community.identity.recovery import hash_codes, new_codes
from community.identity.totp import code_at
from tests.client import ForumClient
from tests.identity.authenticator import Authenticator

STEP = timedelta(seconds=30)


def set_up_app(client: ForumClient, user: User) -> None:
    """Set up an authenticator app on the pages, as who is signed in."""
    assert client.submit("/account/factors/totp").location == "/account/factors/totp"
    answer = client.submit("/account/factors/totp/confirmation", {"code": shown_code(user.id)})
    assert answer.status_code in (200, 303), answer.text


def shown_code(user_id: int, steps: int = 0) -> str:
    """Return what the app shows now, or some steps later."""
    with transaction():
        factor = db.session.get_one(TotpFactor, user_id, populate_existing=True)
        return code_at(read_secret(factor), clock.now() + steps * STEP)


def make_totp(user: User) -> None:
    """Give somebody a confirmed authenticator app, without the pages; no code is used yet."""
    from community.identity.operations.totp import begin_totp

    with transaction():
        begin_totp(user)
        db.session.get_one(TotpFactor, user.id).confirmed_at = clock.now()


def make_codes(user: User) -> list[str]:
    """Give somebody recovery codes, without the pages."""
    codes = new_codes()
    with transaction():
        for code_hash in hash_codes(codes):
            db.session.add(RecoveryCode(user_id=user.id, code_hash=code_hash))
    return codes


def make_passkey(client: ForumClient, device: Authenticator | None = None) -> Authenticator:
    """Register a passkey on the pages, as who is signed in."""
    device = device or Authenticator()
    answer = device.register(challenge(client, "/account/factors/passkeys/challenge"))
    form = {"name": "My phone", "credential": answer}
    response = client.submit("/account/factors/passkeys", form)
    assert response.status_code in (200, 303), response.text
    return device


def challenge(client: ForumClient, address: str) -> dict[str, Any]:
    """Return what the browser is to ask a passkey."""
    response = client.submit(address)
    assert response.status_code == 200, response.text
    return dict(json.loads(response.text))


def passkeys_of(user: User) -> list[Passkey]:
    """Return somebody's passkeys as stored."""
    from community.identity.queries import list_passkeys

    with transaction():
        return list_passkeys(user.id)
