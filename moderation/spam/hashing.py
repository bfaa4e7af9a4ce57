"""Tokens as they are stored: keyed hashes, so that the table tells nobody what was written.

A word that one person alone uses is as good as a name. The salt is random, made with the model and
sealed with the site's secret.
"""

import hashlib
import secrets
from collections.abc import Iterable

from community.core.sealing import seal, unseal

PURPOSE = "spam-tokens"
RECORD = "spam_models:1"
SALT_BYTES = 32
HASH_BYTES = 8
MARKS = 12


def new_salt() -> str:
    """Return a new salt as it is stored."""
    return seal(secrets.token_hex(SALT_BYTES), purpose=PURPOSE, record=RECORD)


def opened_salt(sealed: str) -> bytes:
    """Return the key that a stored salt stands for; raises ``SealBroken``."""
    return bytes.fromhex(unseal(sealed, purpose=PURPOSE, record=RECORD))


def hash_of(token: str, salt: bytes) -> int:
    """Return 63 bits of a token's keyed hash."""
    digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big") >> 1


def hashes_of(tokens: Iterable[str], salt: bytes) -> list[int]:
    """Return the hashes of tokens, each once, in order: two who learn must not lock crosswise."""
    return sorted({hash_of(token, salt) for token in tokens})


def marks_of(shingles: Iterable[str], salt: bytes) -> list[int]:
    """Return the smallest hashes of a text's runs of words; near copies share most of them.

    Source: A. Broder, "On the resemblance and containment of documents" (1997).
    """
    return hashes_of(shingles, salt)[:MARKS]


def packed(hashes: Iterable[int]) -> bytes:
    """Return hashes as they are kept with a lesson."""
    return b"".join(number.to_bytes(HASH_BYTES, "big") for number in hashes)


def unpacked(stored: bytes) -> list[int]:
    """Return the hashes that were kept with a lesson; raises ``ValueError`` for a torn row."""
    if len(stored) % HASH_BYTES:
        raise ValueError("a lesson's hashes were cut")
    return [
        int.from_bytes(stored[at : at + HASH_BYTES], "big")
        for at in range(0, len(stored), HASH_BYTES)
    ]
