"""Signed addresses at which a customer reads a text and agrees to it without signing in.

A token names one text and the address it was sent to, and serves this one purpose; that it is used
once, and not for ever, is the row's business.
"""

import hmac
from hashlib import sha256
from typing import NamedTuple

from community.core.errors import NotFound
from community.core.sealing import derive_key
from community.core.settings import current_settings
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
        settings = current_settings()
        secrets = (settings.secret_key, *settings.former_secret_keys)
        right = [hmac.compare_digest(_mark(secret, email), self.mark) for secret in secrets]
        return any(right)


def sign_publication(publication_id: int, email: str) -> str:
    """Return the token that stands in a mail to this address."""
    return sign_link(PURPOSE, [publication_id, _mark(current_settings().secret_key, email)])


def read_publication(token: str) -> Consent:
    """Return what a token says; raises ``NotFound`` for a forged or broken one."""
    match read_link(PURPOSE, token):
        case [int(found), str(mark)] if 0 < found <= LARGEST_ID and mark.isascii():
            return Consent(found, mark)
    raise NotFound()


def address_hash(email: str) -> str:
    """Return what is kept of the address of a stranger who was asked."""
    return _hash(current_settings().secret_key, ADDRESS_PURPOSE, email)


def _mark(secret: str, email: str) -> str:
    return _hash(secret, MARK_PURPOSE, email)[:_MARK_CHARS]


def _hash(secret: str, purpose: str, email: str) -> str:
    key = derive_key(secret, purpose)
    return hmac.new(key, email.strip().lower().encode(), sha256).hexdigest()
