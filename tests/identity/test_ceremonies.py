"""What must be in a passkey's answer, against an authenticator that lies in every way it can."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from community.core.settings import Settings
from community.identity.ceremonies import (
    KnownPasskey,
    PasskeyRefused,
    are_passkeys_possible,
    check_answer,
    check_creation,
    claim_of,
    creation_options,
    new_challenge,
    new_handle,
    request_options,
    site_origin,
)
from tests.identity.authenticator import Authenticator, encoded

HANDLE = new_handle()


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> None:
    """Ceremonies read the site's address."""


def registered(device: Authenticator) -> KnownPasskey:
    challenge = new_challenge()
    options = creation_options(challenge, handle=HANDLE, name="Kim", known=[])
    return check_creation(device.register(options), challenge=challenge)


def check(device: Authenticator, passkey: KnownPasskey, **changes: Any) -> int:
    challenge = new_challenge()
    answer = device.sign_in(request_options(challenge, known=None))
    values = {"challenge": challenge, "must_verify_user": True, **changes}
    return check_answer(answer, passkey, **values)


def test_an_honest_passkey_registers_and_signs_in() -> None:
    device = Authenticator()
    passkey = registered(device)
    assert passkey.credential_id == device.credential_id
    assert passkey.transports == ["internal", "hybrid"]
    assert device.user_handle == HANDLE.encode()
    assert check(device, passkey) == 1


def test_what_the_browser_is_asked() -> None:
    known = registered(Authenticator())
    creation = creation_options(b"x" * 32, handle=HANDLE, name="Kim", known=[known])
    assert creation["rp"]["id"] == "localhost"
    assert creation["attestation"] == "none"
    assert [one["id"] for one in creation["excludeCredentials"]] == [encoded(known.credential_id)]
    assert request_options(b"x" * 32, known=None)["userVerification"] == "required"
    second = request_options(b"x" * 32, known=[known])
    assert second["userVerification"] == "preferred"
    assert [one["id"] for one in second["allowCredentials"]] == [encoded(known.credential_id)]


LIES = {
    "another site": {"origin": "http://evil.example"},
    "another port": {"origin": "http://localhost:8080"},
    "another scheme": {"origin": "https://localhost"},
    "another domain's passkey": {"rp_id": "evil.example"},
    "nobody there": {"is_present": False},
    "a frame": {"extra": {"crossOrigin": True}},
    "another ceremony": {"extra": {"type": "webauthn.create"}},
    "another challenge": {"extra": {"challenge": encoded(b"y" * 32)}},
    "no challenge": {"extra": {"challenge": ""}},
    "user not checked": {"verifies_user": False},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_at_sign_in_is_refused(lie: dict[str, Any]) -> None:
    device = Authenticator()
    passkey = registered(device)
    for name, value in lie.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        check(device, passkey)


REGISTRATION_LIES = {
    name: lie for name, lie in LIES.items() if name not in ("user not checked", "another ceremony")
}


@pytest.mark.parametrize("lie", REGISTRATION_LIES.values(), ids=REGISTRATION_LIES)
def test_a_lie_at_registration_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        registered(Authenticator(**lie))


def test_registration_takes_no_answer_of_a_sign_in() -> None:
    with pytest.raises(PasskeyRefused):
        registered(Authenticator(extra={"type": "webauthn.get"}))


def test_after_a_password_the_passkey_need_not_check_the_user() -> None:
    device = Authenticator(verifies_user=False)
    assert check(device, registered(device), must_verify_user=False) == 1


@pytest.mark.parametrize("count", [0, 4, 5])
def test_a_count_that_does_not_grow_tells_of_a_copy(count: int) -> None:
    device = Authenticator(sign_count=5, steps=0)
    passkey = registered(device)
    device.sign_count = count
    with pytest.raises(PasskeyRefused):
        check(device, passkey)


def test_a_passkey_without_a_counter_stays_at_zero() -> None:
    device = Authenticator(steps=0)
    assert check(device, registered(device)) == 0


def test_anothers_key_does_not_sign_for_this_one() -> None:
    mine, other = Authenticator(), Authenticator()
    passkey = registered(mine)
    registered(other)
    with pytest.raises(PasskeyRefused):
        check(other, passkey)


def test_a_claim_names_the_passkey_and_its_owner() -> None:
    device = Authenticator()
    registered(device)
    claim = claim_of(device.sign_in(request_options(b"x" * 32, known=None)))
    assert (claim.credential_id, claim.handle) == (device.credential_id, HANDLE)


MALFORMED = [
    *("", "null", "[]", "7", '"x"', "{}", "{", '{"response": []}', '{"response": {}}'),
    *("[" * 15_000, "x" * 30_000),
    '{"id": 1, "rawId": 1, "type": "public-key", "response": {"clientDataJSON": 1}}',
    '{"id": "ü", "rawId": "ü", "type": "public-key", "response": {"clientDataJSON": "ü", '
    '"authenticatorData": "ü", "signature": "ü", "attestationObject": "ü", "transports": 7}}',
]


PARTS = [
    *(("id",), ("rawId",), ("type",)),
    *(
        ("response", name)
        for name in (
            "clientDataJSON",
            "authenticatorData",
            "attestationObject",
            "signature",
            "userHandle",
            "transports",
        )
    ),
]


@pytest.mark.parametrize("answer", MALFORMED)
def test_what_no_browser_sends_is_refused(answer: str) -> None:
    with pytest.raises(PasskeyRefused):
        claim_of(answer)
    with pytest.raises(PasskeyRefused):
        check_creation(answer, challenge=b"x" * 32)


@pytest.mark.parametrize("part", PARTS, ids="/".join)
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rubbish=st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.lists(st.text())))
def test_no_rubbish_in_an_answer_breaks_the_page(part: tuple[str, ...], rubbish: Any) -> None:
    device, challenge = Authenticator(), new_challenge()
    created = device.register(creation_options(challenge, handle=HANDLE, name="Kim", known=[]))
    passkey = check_creation(created, challenge=challenge)
    answer = device.sign_in(request_options(challenge, known=None))
    value = encoded(rubbish) if isinstance(rubbish, bytes) else rubbish
    for attempt in (
        lambda: check_creation(_with(created, part, value), challenge=challenge),
        lambda: claim_of(_with(answer, part, value)),
        lambda: check_answer(
            _with(answer, part, value), passkey, challenge=challenge, must_verify_user=True
        ),
    ):
        with suppress(PasskeyRefused):
            attempt()


def _with(answer: str, part: tuple[str, ...], value: Any) -> str:
    changed = json.loads(answer)
    holder = changed if len(part) == 1 else changed[part[0]]
    holder[part[-1]] = value
    return json.dumps(changed)


@pytest.mark.parametrize(
    ("site_url", "possible"),
    [
        ("https://forum.example", True),
        ("https://forum.example:8443/", True),
        ("http://forum.example", False),
        ("http://localhost:5000", True),
        ("http://127.0.0.1:5000", False),
        ("https://192.0.2.1", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_browsers_want_a_name_and_a_safe_connection(
    settings: Settings, site_url: str, possible: bool
) -> None:
    assert are_passkeys_possible(replace(settings, site_url=site_url)) is possible


def test_the_origin_is_the_sites_and_not_the_requests(app: Flask) -> None:
    with app.test_request_context("/", base_url="http://evil.example"):
        assert site_origin() == "http://localhost"
