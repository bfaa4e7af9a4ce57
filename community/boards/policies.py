"""Who may read and write which board."""

from community.boards.models import Board
from community.core.authz import Viewer, is_signed_in, is_staff


def audiences_of(viewer: Viewer) -> tuple[str, ...]:
    """Return the audiences a viewer belongs to; every read of posts is limited to them."""
    if is_staff(viewer):
        return ("public", "members", "staff")
    if is_signed_in(viewer):
        return ("public", "members")
    return ("public",)


def can_see_board(viewer: Viewer, board: Board) -> bool:
    """Say whether the viewer may know of this board."""
    return board.audience in audiences_of(viewer)


def can_ask_on_board(viewer: Viewer, board: Board) -> bool:
    """Say whether the viewer may ask there."""
    return is_signed_in(viewer) and can_see_board(viewer, board)


def can_change_board(viewer: Viewer) -> bool:
    """Say whether the viewer may decide who reads a board."""
    return "admin" in viewer.role_names or "system" in viewer.role_names
