"""Opening and closing boards to audiences; what is counted by audience follows at once."""

from sqlalchemy import select, text

from community.boards.models import Board
from community.boards.policies import can_change_board
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.jobs import emit
from community.events import BoardAudienceChanged
from community.questions.rebuild import STEPS


def change_audience(actor: Viewer, board: Board, audience: str) -> None:
    """Let another audience read a board: "public", "members" or "staff" (administrators).

    Every read asks the board itself, so it holds from the next request on. Tags are counted anew,
    so that a name used on closed boards alone is not found any more. Raises ``NotAllowed``.
    """
    require(can_change_board(actor))
    stored = db.session.scalars(lock_row(select(Board).where(Board.id == board.id))).one()
    if stored.audience == audience:
        return
    stored.audience = audience
    db.session.flush()
    for statement in STEPS["tags"]:
        db.session.execute(text(statement))
    emit(BoardAudienceChanged(stored.id, actor.viewer_id, audience))
