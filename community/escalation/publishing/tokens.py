"""Signed addresses at which a customer reads a text and agrees to it without signing in.

A token names one text and the address it was sent to, and serves this one purpose; that it is used
once, and not for ever, is the row's business.
"""

import hmac
from typing import NamedTuple

from community.core.errors import NotFound
from community.core.sealing import keyed_hashes
from community.core.signed_links import read_link, sign_link

PURPOSE = "case.publication"
ADDRESS_PURPOSE = "consents to publication"
MARK_PURPOSE = "addresses of publications"
LARGEST_ID = 2**31 - 1
_MARK_CHARS = 16


class Consent(NamedTuple):
    """What a token says: which text was sent, and to which address ``mark`` belongs."""

    publication_id: int
    mark: str

    def is_made_for(self, email: str) -> bool:
        """Say whether this is the address that was written to."""
        return any(hmac.compare_digest(mark, self.mark) for mark in _marks(email))


def sign_publication(publication_id: int, email: str) -> str:
    """Return the token that stands in a mail to this address."""
    return sign_link(PURPOSE, [publication_id, _marks(email)[0]])


def read_publication(token: str) -> Consent:
    """Return what a token says; raises ``NotFound`` for a forged or broken one."""
    match read_link(PURPOSE, token):
        case [int(found), str(mark)] if 0 < found <= LARGEST_ID and mark.isascii():
            return Consent(found, mark)
    raise NotFound()


def address_hash(email: str) -> str:
    """Return what is kept of the address of a stranger who was asked."""
    return keyed_hashes(ADDRESS_PURPOSE, email.strip().lower())[0]


def _marks(email: str) -> list[str]:
    hashes = keyed_hashes(MARK_PURPOSE, email.strip().lower())
    return [each[:_MARK_CHARS] for each in hashes]
