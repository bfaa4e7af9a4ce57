"""Who may read and write which board."""

from collections.abc import Collection
from typing import NamedTuple

from community.boards.models import Board
from community.core.authz import Viewer, is_admin, is_moderating, is_signed_in, is_staff


def audiences_of(viewer: Viewer) -> tuple[str, ...]:
    """Return the audiences whose every board the viewer may see; staff may see all boards."""
    if is_staff(viewer):
        return ("public", "members", "staff", "groups")
    if is_signed_in(viewer):
        return ("public", "members")
    return ("public",)


class Reach(NamedTuple):
    """Which boards a viewer may see: those of these audiences, these ones, and these groups' ones.

    Every read of posts is limited to it (``posts.visibility``).
    """

    audiences: tuple[str, ...]
    board_ids: tuple[int, ...] = ()
    group_ids: tuple[int, ...] = ()


def reach_of(viewer: Viewer) -> Reach:
    """Return which boards the viewer may see."""
    if is_staff(viewer):
        return Reach(audiences_of(viewer))
    staffed = (board_id for board_id in viewer.board_roles if is_staff(viewer, board_id))
    return Reach(audiences_of(viewer), tuple(sorted(staffed)), tuple(sorted(viewer.group_ids)))


def moderated_board_ids(viewer: Viewer) -> list[int]:
    """Return the single boards the viewer moderates; those of the whole site hold none."""
    return sorted(board_id for board_id in viewer.board_roles if is_moderating(viewer, board_id))


def can_see_board(viewer: Viewer, board: Board, group_ids: Collection[int] = ()) -> bool:
    """Say whether the viewer may know of this board; ``group_ids`` are the groups it is for."""
    if board.audience in audiences_of(viewer) or is_staff(viewer, board.id):
        return True
    return board.audience == "groups" and not viewer.group_ids.isdisjoint(group_ids)


def can_ask_on_board(viewer: Viewer, board: Board, group_ids: Collection[int] = ()) -> bool:
    """Say whether the viewer may ask there; ``group_ids`` are the groups it is for."""
    return is_signed_in(viewer) and can_see_board(viewer, board, group_ids)


def can_change_board(viewer: Viewer) -> bool:
    """Say whether the viewer may decide who reads a board."""
    return is_admin(viewer)
