"""Who may change badges, and give and take them."""

from community.core.authz import Viewer, is_admin, is_moderating


def can_change_badges(viewer: Viewer) -> bool:
    """Say whether the viewer may make badges and say what they take."""
    return is_admin(viewer)


def can_give_badges(viewer: Viewer) -> bool:
    """Say whether the viewer may give badges by hand at all, and take them back."""
    return is_moderating(viewer)


def can_give_badge_to(viewer: Viewer, user_id: int) -> bool:
    """Say whether the viewer may give this member a badge, or take one: never oneself."""
    return can_give_badges(viewer) and viewer.viewer_id != user_id
