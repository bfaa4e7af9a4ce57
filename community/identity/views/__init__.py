"""Pages of accounts."""

from community.identity.views.blueprints import account, identity

from community.identity.views import (  # noqa: F401  isort: skip
    accounts,
    credentials,
    links,
    names,
    sessions,
    terms,
)

__all__ = ["account", "identity"]
