"""Pages that show several of the packages here: points, and what members have earned."""

from reputation.views.points import blueprint
from reputation.views.standing import blueprint as standing

__all__ = ["blueprint", "standing"]
