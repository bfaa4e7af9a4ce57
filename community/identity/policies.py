"""Who may change accounts."""

from community.core.authz import Viewer


def can_grant_roles(viewer: Viewer) -> bool:
    """Say whether the viewer may give and take roles."""
    return "admin" in viewer.role_names or "system" in viewer.role_names
