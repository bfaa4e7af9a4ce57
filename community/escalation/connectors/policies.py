"""Who looks after the connectors."""

from community.core.authz import Viewer, is_admin, is_signed_in


def can_manage_connectors(viewer: Viewer) -> bool:
    """Say whether the viewer sees how connectors fare and may try again: administrators."""
    return is_signed_in(viewer) and is_admin(viewer)
