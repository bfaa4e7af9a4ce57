"""Signed addresses at which a customer reads a text and agrees to it without signing in.

A token names one text and serves this one purpose; that it is used once, and not for ever, is the
row's business.
"""

import hmac
from hashlib import sha256

from community.core.errors import NotFound
from community.core.sealing import derive_key
from community.core.settings import current_settings
from community.core.signed_links import read_link, sign_link

PURPOSE = "case.publication"
ADDRESS_PURPOSE = "consents to publication"
LARGEST_ID = 2**31 - 1


def sign_publication(publication_id: int) -> str:
    """Return the token that stands in the address."""
    return sign_link(PURPOSE, publication_id)


def read_publication(token: str) -> int:
    """Return the text a token names; raises ``NotFound`` for a forged or broken one."""
    found = read_link(PURPOSE, token)
    if type(found) is not int or not 0 < found <= LARGEST_ID:
        raise NotFound()
    return found


def address_hash(email: str) -> str:
    """Return what is kept of the address of a stranger who was asked."""
    key = derive_key(current_settings().secret_key, ADDRESS_PURPOSE)
    return hmac.new(key, email.strip().lower().encode(), sha256).hexdigest()
