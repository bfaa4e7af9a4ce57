"""Pages of administrators about the rules of points."""

from reputation.drafts.views.blueprint import rules

from reputation.drafts.views import drafts, simulations, versions  # noqa: F401  isort: skip

__all__ = ["rules"]
