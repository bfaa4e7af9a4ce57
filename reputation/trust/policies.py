"""Who may set trust levels by hand."""

from community.core.authz import Viewer, is_admin
from community.identity.models import User


def can_fix_level(viewer: Viewer, user: User) -> bool:
    """Say whether the viewer may fix somebody's level: administrators, never their own."""
    return is_admin(viewer) and viewer.viewer_id != user.id and user.erased_at is None
