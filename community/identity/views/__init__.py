"""Pages of accounts."""

from community.identity.views.blueprints import account

from community.identity.views import names, sessions, terms  # noqa: F401  isort: skip

__all__ = ["account"]
