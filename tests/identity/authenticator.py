"""A passkey in software: what a browser and its authenticator send, and forged variants of it."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40
ES256, EC2, P256 = -7, 2, 1


@dataclass
class Authenticator:
    """Holds one ES256 passkey. Change its attributes to make it lie."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    verifies_user: bool = True
    is_present: bool = True
    sign_count: int = 0
    steps: int = 1
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def register(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.create``."""
        self.user_handle = decoded(options["user"]["id"])
        credential = len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(HAS_CREDENTIAL) + bytes(16) + credential + self._public_key()
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            {
                "clientDataJSON": encoded(self._client_data("webauthn.create", options)),
                "attestationObject": encoded(cbor2.dumps(attestation)),
                "transports": ["internal", "hybrid", "carrier-pigeon"],
            }
        )

    def sign_in(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.get``."""
        self.sign_count += self.steps
        client_data = self._client_data("webauthn.get", options)
        data = self._data(0)
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": encoded(client_data),
            "authenticatorData": encoded(data),
            "signature": encoded(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        if self.user_handle is not None:
            response["userHandle"] = encoded(self.user_handle)
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> str:
        name = encoded(self.credential_id)
        answer = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(answer)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**told, **self.extra}).encode()

    def _data(self, flags: int) -> bytes:
        flags |= USER_PRESENT if self.is_present else 0
        flags |= USER_VERIFIED if self.verifies_user else 0
        site = hashlib.sha256(self.rp_id.encode()).digest()
        return site + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor2.dumps({1: EC2, 3: ES256, -1: P256, -2: x, -3: y})


def encoded(raw: bytes) -> str:
    """Return bytes as WebAuthn's JSON writes them."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bytes of such a text."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
