"""Pages of payout runs, for administrators."""

from reputation.payouts.views.blueprint import blueprint

from reputation.payouts.views import files, runs  # noqa: F401  isort: skip

__all__ = ["blueprint"]
