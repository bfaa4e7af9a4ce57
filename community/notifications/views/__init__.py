"""Pages and addresses of notifications, preferences and watches."""

from community.notifications.views.blueprint import blueprint

from community.notifications.views import pages, unsubscribing, watching  # noqa: F401  isort: skip

__all__ = ["blueprint"]
