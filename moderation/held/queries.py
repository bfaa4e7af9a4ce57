"""Reads: what boards hold, how much of a member is out or waits, what a case is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from community.boards.models import Board
from community.boards.queries import board_is_visible
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.kept import Kept
from community.posts.models import Post
from moderation.cases.models import UNDECIDED, ModerationCase
from moderation.held.models import NOBODY, BoardScreening
from moderation.held.policies import can_change_screening


@dataclass(frozen=True)
class BoardRules:
    """Whose texts wait on a board, and how many first posts do; None: as the site has it."""

    held: str = NOBODY
    first_posts: int | None = None


def get_board_rules(board_id: int) -> BoardRules:
    """Return what waits on a board; a change counts everywhere in half a minute."""
    return _kept_rules.get(board_id)


def _read_rules(board_id: int) -> BoardRules:
    row = db.session.get(BoardScreening, board_id)
    return BoardRules(row.held, row.first_posts) if row else BoardRules()


_kept_rules = Kept(BoardScreening, _read_rules)


def list_boards_with_rules(viewer: Viewer) -> Sequence[tuple[Board, BoardRules]]:
    """Return the boards whose rules the viewer may change, in their order."""
    rows = db.session.execute(
        select(Board, BoardScreening)
        .outerjoin(BoardScreening, BoardScreening.board_id == Board.id)
        .where(board_is_visible(viewer))
        .order_by(Board.position, Board.id)
    )
    return [
        (board, BoardRules(row.held, row.first_posts) if row else BoardRules())
        for board, row in rows
        if can_change_screening(viewer, board.id)
    ]


def get_board_to_screen(viewer: Viewer, board_id: int) -> Board:
    """Return a board whose rules the viewer may change; raises ``NotFound``, ``NotAllowed``."""
    board = db.session.scalar(select(Board).where(Board.id == board_id, board_is_visible(viewer)))
    if board is None:
        raise NotFound()
    require(can_change_screening(viewer, board.id))
    return board


def count_posts(author_id: int, visibility: str, most: int) -> int:
    """Return how many posts of a member are published or held; not counted beyond ``most``."""
    some = (
        select(Post.id)
        .where(Post.author_id == author_id, Post.visibility == visibility)
        .limit(most)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def list_waiting_sources(post_id: int, *kinds: str) -> Sequence[str]:
    """Return the undecided cases that a post brought about, by how their names begin."""
    return db.session.scalars(
        select(ModerationCase.source).where(
            ModerationCase.post_id == post_id,
            ModerationCase.state.in_(UNDECIDED),
            or_(*(ModerationCase.source.startswith(f"{kind}:{post_id}:") for kind in kinds)),
        )
    ).all()
