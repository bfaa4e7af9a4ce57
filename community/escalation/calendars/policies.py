"""Who may decide when the support team works."""

from community.core.authz import Viewer, is_admin


def can_change_calendars(viewer: Viewer) -> bool:
    """Administrators may."""
    return is_admin(viewer)
