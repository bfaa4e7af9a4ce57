"""Recovery codes: how they look, and how they are hashed.

60 random bits a code, hashed slowly: below 112 bits a fast hash would not do (ASVS 5.0 §6.5.2). The
codes of one set share a salt, so checking what somebody typed costs one hash, not ten.
"""

import os
import secrets
from base64 import b64decode

from argon2 import extract_parameters
from argon2.low_level import Type, hash_secret

from community.core.settings import current_settings

CODES = 10
# Crockford's base 32: what is read as O, I or L from a sheet of paper means 0, 1 and 1.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans("OIL", "011")
GROUPS = 3
GROUP_CHARS = 4
SALT_BYTES = 16
HASH_BYTES = 32
# The floor that OWASP names; codes that nobody chose need no more.
MEMORY_KIB = 19_456
TIME_COST = 2


def new_codes() -> list[str]:
    """Return a set of codes such as ``7KXM-Q2PD-9RTB``."""
    return ["-".join(_group() for _ in range(GROUPS)) for _ in range(CODES)]


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARS))


def tidy_code(typed: str) -> str | None:
    """Return the characters of a typed code that count; None if it cannot be one."""
    characters = "".join(typed.split()).replace("-", "").upper().translate(ALIKE)
    fits = len(characters) == GROUPS * GROUP_CHARS and set(characters) <= set(ALPHABET)
    return characters if fits else None


def hash_codes(codes: list[str]) -> list[str]:
    """Return the hashes of a new set, in order; slow, so call it outside the write lock."""
    salt = os.urandom(SALT_BYTES)
    memory_kib = min(MEMORY_KIB, current_settings().argon2_memory_kib)
    return [_hash(tidy_code(code) or "", salt, memory_kib, TIME_COST) for code in codes]


def hash_like(code: str, example: str) -> str:
    """Return what a tidy code hashes to in the set that ``example`` is a hash of; slow."""
    parameters = extract_parameters(example)
    salt = _decoded(example.split("$")[-2])
    return _hash(code, salt, parameters.memory_cost, parameters.time_cost)


def _hash(code: str, salt: bytes, memory_kib: int, time_cost: int) -> str:
    return hash_secret(
        code.encode(),
        salt,
        time_cost=time_cost,
        memory_cost=memory_kib,
        parallelism=1,
        hash_len=HASH_BYTES,
        type=Type.ID,
    ).decode()


def _decoded(salt: str) -> bytes:
    # The encoded form leaves out the padding.
    return b64decode(salt + "=" * (-len(salt) % 4))
