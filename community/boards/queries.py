"""Reads of boards, limited to what the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from community.boards.models import Board, BoardStats
from community.boards.policies import audiences_of
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound


@dataclass(frozen=True)
class BoardTile:
    """A board with its totals, for the home page."""

    board: Board
    stats: BoardStats | None


def get_board(viewer: Viewer, slug: str) -> Board:
    """Return a board by its slug; raises ``NotFound`` also where the viewer may not see it."""
    if "\0" in slug:
        raise NotFound()
    board = db.session.scalar(
        select(Board).where(Board.slug == slug, Board.audience.in_(audiences_of(viewer)))
    )
    if board is None:
        raise NotFound()
    return board


def list_boards(viewer: Viewer) -> Sequence[Board]:
    """Return the boards the viewer may see, in the operator's order."""
    return db.session.scalars(
        select(Board)
        .where(Board.audience.in_(audiences_of(viewer)))
        .order_by(Board.position, Board.id)
    ).all()


def list_board_tiles(viewer: Viewer) -> list[BoardTile]:
    """Return boards with totals in one query."""
    rows = db.session.execute(
        select(Board, BoardStats)
        .outerjoin(BoardStats, BoardStats.board_id == Board.id)
        .where(Board.audience.in_(audiences_of(viewer)))
        .order_by(Board.position, Board.id)
    )
    return [BoardTile(board, stats) for board, stats in rows]
