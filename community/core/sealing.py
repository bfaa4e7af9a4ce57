"""Secrets that we must be able to read again, kept so that the database alone does not tell them,
and hashes of what we need only recognise.

The key is derived from the site's secret key, one for each purpose (HKDF, RFC 5869). A secret is
sealed for one record: copied to another row, it does not open. What was sealed with one of
``FORUM_SECRET_KEY_FALLBACKS`` still opens.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from community.core.settings import current_settings

KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(ValueError):
    """A sealed secret was changed, belongs to another record, or its key is gone."""


def seal(secret: str, *, purpose: str, record: str) -> str:
    """Return a secret as it is stored; ``record`` names the row it belongs to."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(derive_key(current_settings().secret_key, purpose))
    sealed = cipher.encrypt(nonce, secret.encode(), record.encode())
    return urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, purpose: str, record: str) -> str:
    """Return a secret that was sealed for this record; raises ``SealBroken``."""
    try:
        raw = urlsafe_b64decode(sealed)
    except ValueError as error:
        raise SealBroken() from error
    for cipher in _ciphers(purpose):
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], record.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise SealBroken()


def _ciphers(purpose: str) -> Iterator[AESGCM]:
    settings = current_settings()
    for secret_key in (settings.secret_key, *settings.former_secret_keys):
        yield AESGCM(derive_key(secret_key, purpose))


def derive_key(secret_key: str, purpose: str) -> bytes:
    """Return the key for one purpose; it tells neither the secret nor the other keys."""
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
    return derivation.derive(secret_key.encode())


def keyed_hashes(purpose: str, words: str) -> list[str]:
    """Return what words, an address for instance, may be kept as: 64 hexadecimal digits that tell
    nothing without our keys. By the present secret first, then by the former ones."""
    settings = current_settings()
    secrets = (settings.secret_key, *settings.former_secret_keys)
    return [
        hmac.digest(derive_key(each, purpose), words.encode(), sha256).hex() for each in secrets
    ]
