"""Passwords: which ones are taken, and checking one in the same time for every address.

Any characters, 8 to 128 of them, no rule on their kinds; refused is what others try first.
Source: NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 §6.2.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from flask_babel import lazy_gettext as _l
from flask_security import hash_password as hash_with_argon2
from flask_security import verify_password as verify_with_argon2

from community.core.errors import Invalid
from community.core.settings import current_settings
from community.identity.models import User

MIN_CHARS = 8
MAX_CHARS = 128
# What is shorter is part of many good passwords by chance.
SHORTEST_OWN_WORD = 4
SHA1_CHARS = 40


class UnfitPassword(Invalid):
    """A new password that is too short, too long, or among the first that others would try."""


def check_new_password(password: str, own_words: Iterable[str | None] = ()) -> None:
    """Raise ``UnfitPassword`` unless the password may be set.

    ``own_words`` are what others know of its owner: the display name and the e-mail address.
    """
    length = len(unicodedata.normalize("NFC", password))
    if not password:
        raise UnfitPassword(_l("Enter a password."))
    if length < MIN_CHARS:
        raise UnfitPassword(
            _l("Choose a password of at least %(length)s characters.", length=MIN_CHARS)
        )
    if length > MAX_CHARS:
        raise UnfitPassword(
            _l("Choose a password of at most %(length)s characters.", length=MAX_CHARS)
        )
    if _is_own_word(password, own_words):
        raise UnfitPassword(
            _l("That is your name, your address or ours: others would try it first.")
        )
    if is_breached(password):
        raise UnfitPassword(
            _l("This password stands on lists of stolen passwords. Choose another one.")
        )


def _is_own_word(password: str, own_words: Iterable[str | None]) -> bool:
    settings = current_settings()
    words = {_bare(settings.site_name), _bare(settings.site_url.partition("://")[2])}
    for word in own_words:
        name, _, domain = (word or "").partition("@")
        words |= {_bare(word or ""), _bare(name), _bare(domain)}
    wanted = {word for word in words if len(word) >= SHORTEST_OWN_WORD}
    bare = _bare(password)
    return bool(wanted & {bare, bare.strip("0123456789")})


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def is_breached(password: str) -> bool:
    """Say whether a password stands on the list we ship or on the operator's; asks no network."""
    if password.casefold() in _frequent_passwords():
        return True
    path = current_settings().breached_passwords
    return bool(path) and is_listed(Path(path), password)


@lru_cache(maxsize=1)
def _frequent_passwords() -> frozenset[str]:
    # Loaded at the first new password: most processes never see one.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_CHARS)


def is_listed(path: Path, password: str) -> bool:
    """Say whether a sorted file of SHA-1 sums, one ``HASH:COUNT`` a line, holds a password.

    Only some forty lines of it are read, however large it is. SHA-1 is the format of the lists,
    not a protection of ours. Source: Have I Been Pwned, "Pwned Passwords".
    """
    wanted = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False)
    key = wanted.hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        while low < high:
            middle = (low + high) // 2
            found = _line_from(file, middle)
            if found == key:
                return True
            if found and found < key:
                low = middle + 1
            else:
                high = middle
        return _line_from(file, low) == key


def _line_from(file: BinaryIO, position: int) -> bytes:
    """Return the hash of the first line that begins at or after a position; empty at the end."""
    file.seek(max(position - 1, 0))
    if position:
        file.readline()
    return file.readline()[:SHA1_CHARS].upper()


def hash_password(password: str) -> str:
    """Return what we keep of a password. Slow on purpose: call it outside a write transaction."""
    return str(hash_with_argon2(_normalised(password)))


def is_password_of(user: User | None, password: str) -> bool:
    """Check a password; takes the same time where there is no such user or no password.

    Slow on purpose: call it outside a write transaction.
    """
    stored = user.password if user is not None else None
    matches = bool(verify_with_argon2(_normalised(password), stored or _decoy()))
    return matches and stored is not None


def _decoy() -> str:
    settings = current_settings()
    return _hash_of_nothing(
        settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism
    )


@lru_cache
def _hash_of_nothing(*cost: int) -> str:
    """Return a hash that no password fits, made at the cost of all others."""
    return hash_password(os.urandom(32).hex())


def _normalised(password: str) -> str:
    # As Flask-Security did from the start, so that stored hashes stay good. A password no text can
    # hold matches nothing, and so may any other.
    return unicodedata.normalize("NFKD", password).replace("\0", "\ufffd")
