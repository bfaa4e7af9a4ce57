"""Reads of boards, limited to what the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from community.boards.models import Board, BoardGroup, BoardStats
from community.boards.policies import Reach, reach_of
from community.core.authz import Viewer, is_staff
from community.core.db import db
from community.core.errors import NotFound


@dataclass(frozen=True)
class BoardTile:
    """A board with its totals, for the home page."""

    board: Board
    stats: BoardStats | None


def board_is_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on a joined ``boards`` row that says ``can_see_board``."""
    conditions: list[ColumnElement[bool]] = [Board.audience.in_(reach.audiences)]
    if reach.board_ids:
        conditions.append(Board.id.in_(reach.board_ids))
    if reach.group_ids:
        theirs = select(BoardGroup.board_id).where(BoardGroup.group_id.in_(reach.group_ids))
        conditions.append(and_(Board.audience == "groups", Board.id.in_(theirs)))
    return or_(*conditions)


def board_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on a joined ``boards`` row for what the viewer may see."""
    return board_is_within(reach_of(viewer))


def group_ids_of(board: Board) -> frozenset[int]:
    """Return the groups a board is for; asks the database only where it is for groups."""
    if board.audience != "groups":
        return frozenset()
    found = select(BoardGroup.group_id).where(BoardGroup.board_id == board.id)
    return frozenset(db.session.scalars(found))


def reads_by_role(viewer: Viewer, board_id: int, audience: str) -> bool:
    """Say whether the viewer reads a board of groups only because they are staff."""
    if audience != "groups" or not is_staff(viewer, board_id):
        return False
    theirs = BoardGroup.board_id == board_id, BoardGroup.group_id.in_(viewer.group_ids)
    return db.session.scalar(select(BoardGroup.board_id).where(*theirs).limit(1)) is None


def get_board(viewer: Viewer, slug: str) -> Board:
    """Return a board by its slug; raises ``NotFound`` also where the viewer may not see it."""
    if "\0" in slug:
        raise NotFound()
    board = db.session.scalar(select(Board).where(Board.slug == slug, board_is_visible(viewer)))
    if board is None:
        raise NotFound()
    return board


def list_boards(viewer: Viewer) -> Sequence[Board]:
    """Return the boards the viewer may see, in the operator's order."""
    return db.session.scalars(
        select(Board).where(board_is_visible(viewer)).order_by(Board.position, Board.id)
    ).all()


def list_board_tiles(viewer: Viewer) -> list[BoardTile]:
    """Return boards with totals in one query."""
    rows = db.session.execute(
        select(Board, BoardStats)
        .outerjoin(BoardStats, BoardStats.board_id == Board.id)
        .where(board_is_visible(viewer))
        .order_by(Board.position, Board.id)
    )
    return [BoardTile(board, stats) for board, stats in rows]
