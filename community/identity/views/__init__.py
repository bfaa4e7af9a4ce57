"""Pages of accounts."""

from community.identity.views.blueprints import account, identity

from community.identity.views import (  # noqa: F401  isort: skip
    accounts,
    credentials,
    factors,
    links,
    names,
    second_factor,
    sessions,
    terms,
    verification,
)

__all__ = ["account", "identity"]
