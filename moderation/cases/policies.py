"""Who may look at cases and judge them."""

from collections.abc import Collection

from community.core.authz import Viewer, is_moderating, is_signed_in


def can_see_cases(viewer: Viewer) -> bool:
    """Moderators of the whole site and administrators."""
    return is_moderating(viewer) and is_signed_in(viewer)


def can_judge_case(viewer: Viewer, subject_ids: Collection[int]) -> bool:
    """Nobody judges a case about themselves, nor sees it."""
    return can_see_cases(viewer) and viewer.viewer_id not in subject_ids
