"""The board an import fills."""

from sqlalchemy import select

from community.boards.models import Board
from community.core.db import db, transaction


def find_or_make_board(slug: str) -> int:
    """Return the id of a board, making a public one of that name if there is none."""
    with transaction():
        board_id = db.session.scalar(select(Board.id).where(Board.slug == slug))
        if board_id is None:
            name = slug.replace("-", " ").capitalize()
            board = Board(slug=slug, names={"de": name, "en": name}, descriptions={})
            db.session.add(board)
            db.session.flush()
            board_id = board.id
    return board_id
