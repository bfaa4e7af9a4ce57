"""Signed addresses at which a customer answers without signing in.

A token names one question and serves this one purpose; that it is used once is the row's business.
"""

from community.core.errors import NotFound
from community.core.sealing import keyed_hashes
from community.core.signed_links import read_link, sign_link

PURPOSE = "csat.response"
ADDRESS_PURPOSE = "csat refusals"
LARGEST_ID = 2**31 - 1


def sign_response(response_id: int) -> str:
    """Return the token that stands in the address."""
    return sign_link(PURPOSE, response_id)


def read_response(token: str) -> int:
    """Return the question a token names; raises ``NotFound`` for a forged or broken one."""
    response_id = read_link(PURPOSE, token)
    if type(response_id) is not int or not 0 < response_id <= LARGEST_ID:
        raise NotFound()
    return response_id


def address_hash(email: str) -> str:
    """Return what is kept of an address that does not want to be asked, by the present key."""
    return address_hashes(email)[0]


def address_hashes(email: str) -> list[str]:
    """Return what may be kept of an address: by the present key first, then by former ones."""
    return keyed_hashes(ADDRESS_PURPOSE, email.strip().lower())
