"""Who sees watched words, and who decides about them."""

from community.core.authz import Viewer, is_admin, is_moderating, is_signed_in


def can_see_words(viewer: Viewer) -> bool:
    """Moderators of the whole site, who judge what the words bring them, and administrators."""
    return is_signed_in(viewer) and is_moderating(viewer)


def can_change_words(viewer: Viewer) -> bool:
    """Administrators: a word concerns everybody's texts."""
    return is_signed_in(viewer) and is_admin(viewer)
