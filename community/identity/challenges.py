"""The challenge that a browser's passkey is to answer, kept in its signed cookie.

It is good for one use, for a few minutes, and for one answer: what was answered is noted in the
database (``operations.passkeys``), for a cookie can be copied.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from flask import session

from community.core import clock
from community.identity.ceremonies import TIMEOUT_MS, PasskeyRefused, new_challenge

KEY = "passkey_challenge"
# A little longer than the browser waits.
LASTS_SECONDS = TIMEOUT_MS // 1000 + 60


class Challenge(NamedTuple):
    """``handle`` is the owner's mark that a passkey is registered under."""

    value: bytes
    handle: str


def begin_challenge(use: str, *, handle: str = "") -> bytes:
    """Remember a new challenge for this browser; an earlier one is void."""
    challenge = new_challenge()
    session[KEY] = {
        "value": urlsafe_b64encode(challenge).decode(),
        "use": use,
        "handle": handle,
        "at": int(clock.now().timestamp()),
    }
    return challenge


def take_challenge(use: str) -> Challenge:
    """Return this browser's challenge and forget it; raises ``PasskeyRefused`` without one."""
    kept = session.pop(KEY, None)
    if not kept or kept["use"] != use:
        raise PasskeyRefused()
    if clock.now().timestamp() - kept["at"] > LASTS_SECONDS:
        raise PasskeyRefused()
    return Challenge(urlsafe_b64decode(kept["value"]), kept["handle"])
