"""Who decides what waits on a board."""

from community.core.authz import Viewer, is_moderating, is_signed_in


def can_change_screening(viewer: Viewer, board_id: int) -> bool:
    """Moderators of the whole site, those of this board, and administrators."""
    return is_signed_in(viewer) and is_moderating(viewer, board_id)


def can_see_screenings(viewer: Viewer) -> bool:
    """Who may change what waits on some board."""
    return is_signed_in(viewer) and (
        is_moderating(viewer)
        or any(is_moderating(viewer, board_id) for board_id in viewer.board_roles)
    )
