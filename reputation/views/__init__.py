"""Pages that show several of the packages here: points, and what members have earned."""

from reputation.views.points import blueprint

__all__ = ["blueprint"]
