"""Pages of adjustments (staff) and appeals (members and staff)."""

from reputation.adjustments.views.blueprints import adjustments, appeals

from reputation.adjustments.views import answering, appealing, correcting  # noqa: F401  isort: skip

__all__ = ["adjustments", "appeals"]
