"""Signed words in addresses of mails: whoever holds the link may do one thing, without signing in.

A link serves the purpose it was signed for. Nothing is stored: that it is used once, and not for
ever, is the business of what it leads to. Mail scanners follow links, so nothing may change by GET.
"""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from community.core.errors import NotFound
from community.core.settings import current_settings


def sign_link(purpose: str, content: Any) -> str:
    """Return the token that stands in the address; ``content`` are JSON values."""
    return str(_serializer(purpose).dumps(content))


def read_link(purpose: str, token: str) -> Any:
    """Return what a token holds; raises ``NotFound`` for a forged or broken one."""
    try:
        return _serializer(purpose).loads(token)
    except (BadData, TypeError, ValueError):
        raise NotFound() from None


def _serializer(purpose: str) -> URLSafeSerializer:
    settings = current_settings()
    # The newest key comes last: that is the one which signs.
    keys = [*reversed(settings.former_secret_keys), settings.secret_key]
    return URLSafeSerializer(keys, salt=purpose)
