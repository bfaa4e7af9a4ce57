"""Registering and showing passkeys: what the browser is asked for, and what must be in its answer.

Nothing of the database is here. Origin and domain come from ``FORUM_SITE_URL``, never from the
request. Source: Web Authentication Level 2 §7.1, §7.2.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import webauthn
from flask_babel import lazy_gettext as _l
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from community.core.errors import Invalid
from community.core.settings import Settings, current_settings

CHALLENGE_BYTES = 32
TIMEOUT_MS = 300_000
ANSWER_MAX_CHARS = 20_000
# What the library and its parsers raise on an answer that no browser would send.
UNREADABLE = (
    WebAuthnException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
)


class PasskeyRefused(Invalid):
    """What the browser sent does not prove that the passkey is here."""

    message = _l("That did not work with this passkey. Please try again, or choose another way.")


class KnownPasskey(Protocol):
    """What we keep of a passkey and compare an answer with; a row of ``passkeys`` is one."""

    @property
    def credential_id(self) -> bytes: ...
    @property
    def public_key(self) -> bytes: ...
    @property
    def sign_count(self) -> int: ...
    @property
    def transports(self) -> list[str]: ...


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that was registered just now."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    is_backed_up: bool


@dataclass(frozen=True)
class Claim:
    """An answer's claim before it is checked: which passkey, and whose (None: not said)."""

    credential_id: bytes
    handle: str | None


def are_passkeys_possible(settings: Settings) -> bool:
    """Say whether browsers allow passkeys at the site's address: a name, and HTTPS or loopback."""
    host = _host(settings)
    try:
        ip_address(host)
    except ValueError:
        return settings.uses_https or host == "localhost"
    return False


def new_challenge() -> bytes:
    """Return 256 random bits for one ceremony."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def new_handle() -> str:
    """Return a random mark by which passkeys know their owner; it tells nothing of the person."""
    return secrets.token_urlsafe(CHALLENGE_BYTES)


def creation_options(
    challenge: bytes, *, handle: str, name: str, known: Sequence[KnownPasskey]
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` is asked; ``known`` are registered already."""
    settings = current_settings()
    options = webauthn.generate_registration_options(
        rp_id=_host(settings),
        rp_name=settings.site_name,
        user_id=handle.encode(),
        user_name=name,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_descriptor(passkey) for passkey in known],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def request_options(challenge: bytes, *, known: Sequence[KnownPasskey] | None) -> dict[str, Any]:
    """Return what ``navigator.credentials.get`` is asked.

    ``known`` are the passkeys of somebody whose name we know already. Without it the passkey says
    who they are, and must have checked that it is them (PIN, finger, face).
    """
    verification = (
        UserVerificationRequirement.REQUIRED
        if known is None
        else UserVerificationRequirement.PREFERRED
    )
    options = webauthn.generate_authentication_options(
        rp_id=_host(current_settings()),
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[_descriptor(passkey) for passkey in known or []],
        user_verification=verification,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def _descriptor(passkey: KnownPasskey) -> PublicKeyCredentialDescriptor:
    ways = {way.value for way in AuthenticatorTransport}
    return PublicKeyCredentialDescriptor(
        id=passkey.credential_id,
        transports=[AuthenticatorTransport(way) for way in passkey.transports if way in ways],
    )


def check_creation(answer: str, *, challenge: bytes) -> NewPasskey:
    """Return the new passkey of an answer; raises ``PasskeyRefused``."""
    try:
        credential = parse_registration_credential_json(_parsed(answer))
        _refuse_frames(credential.response.client_data_json)
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(current_settings()),
            expected_origin=site_origin(),
        )
    except UNREADABLE as error:
        raise PasskeyRefused() from error
    return NewPasskey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[way.value for way in credential.response.transports or []],
        is_backed_up=verified.credential_backed_up,
    )


def claim_of(answer: str) -> Claim:
    """Return which passkey an answer is of, unchecked; raises ``PasskeyRefused``."""
    try:
        credential = parse_authentication_credential_json(_parsed(answer))
    except UNREADABLE as error:
        raise PasskeyRefused() from error
    handle = credential.response.user_handle
    return Claim(credential.raw_id, handle.decode("latin-1") if handle else None)


def check_answer(
    answer: str, passkey: KnownPasskey, *, challenge: bytes, must_verify_user: bool
) -> int:
    """Return the passkey's new sign count; raises ``PasskeyRefused``.

    A count that did not grow means that a copy of the passkey is about.
    """
    try:
        credential = parse_authentication_credential_json(_parsed(answer))
        _refuse_frames(credential.response.client_data_json)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(current_settings()),
            expected_origin=site_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=must_verify_user,
        )
    except UNREADABLE as error:
        raise PasskeyRefused() from error
    return verified.new_sign_count


def _refuse_frames(client_data: bytes) -> None:
    # Our pages cannot be framed, so an answer made in another site's frame is not of ours.
    if parse_client_data_json(client_data).cross_origin:
        raise PasskeyRefused()


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > ANSWER_MAX_CHARS:
        raise PasskeyRefused()
    try:
        parsed = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused() from error
    if not isinstance(parsed, dict) or not isinstance(parsed.get("response"), dict):
        raise PasskeyRefused()
    return parsed


def site_origin() -> str:
    """Return the origin that our pages have, as browsers write it."""
    parts = urlsplit(current_settings().site_url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _host(settings: Settings) -> str:
    return urlsplit(settings.site_url).hostname or ""
