"""Content encodings, strongest first, for bodies that are packed once and sent often."""

import gzip
from collections.abc import Callable

import brotli
from backports import zstd

BROTLI_QUALITY = 11
ZSTD_LEVEL = 19

_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=BROTLI_QUALITY)),
    "zstd": lambda body: zstd.compress(body, ZSTD_LEVEL),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}


def preferred_encoding(accept_encoding: str) -> str:
    """Return the strongest encoding the header allows, `identity` if none.

    Any positive weight counts as yes: bodies are packed beforehand, so the smallest is the fastest.
    """
    accepted = {
        name for name, weight in map(_parse_choice, accept_encoding.split(",")) if weight > 0
    }
    return next((name for name in _PACKERS if name in accepted), "identity")


def compress(body: bytes, encoding: str) -> bytes:
    """Pack a body as hard as the encoding can; slow, meant for bodies that are kept."""
    return _PACKERS[encoding](body)


def _parse_choice(choice: str) -> tuple[str, float]:
    name, _, weight = choice.partition(";q=")
    try:
        return name.strip().lower(), float(weight) if weight else 1.0
    except ValueError:
        return name.strip().lower(), 0.0
