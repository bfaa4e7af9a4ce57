"""Pages of payback: one's own, charities, and the desk of those who run it."""

from reputation.payback.views.blueprint import blueprint

from reputation.payback.views import charities, desk, details, own, statements  # noqa: F401  isort: skip

__all__ = ["blueprint"]
