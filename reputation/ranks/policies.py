"""Who may change the ladder."""

from community.core.authz import Viewer, is_admin


def can_change_ranks(viewer: Viewer) -> bool:
    """Say whether the viewer may say what ranks are called and what they take."""
    return is_admin(viewer)
