"""Opening and closing boards to audiences."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community.boards.models import AUDIENCES, Board, BoardGroup
from community.boards.policies import can_change_board
from community.boards.queries import group_ids_of
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.errors import Invalid
from community.core.jobs import emit
from community.events import BoardAudienceChanged
from community.identity.models import Group


class AudienceUnknown(Invalid):
    """Nobody, or nobody we know of, could read the board."""

    message = _l("Choose who may read here.")


class GroupsMissing(Invalid):
    """A board for groups names none, or one that does not exist."""

    message = _l("Choose at least one group.")


def change_audience(
    actor: Viewer, board: Board, audience: str, group_ids: Collection[int] = ()
) -> None:
    """Let another audience read a board (administrators); ``group_ids`` go with "groups" alone.

    Every read asks the board itself, so it holds from the next request on. Raises ``NotAllowed``,
    ``AudienceUnknown``, ``GroupsMissing``.
    """
    require(can_change_board(actor))
    wanted = _known_groups(audience, group_ids)
    stored = db.session.scalars(lock_row(select(Board).where(Board.id == board.id))).one()
    before = {"audience": stored.audience, "groups": sorted(group_ids_of(stored))}
    after = {"audience": audience, "groups": sorted(wanted)}
    if before == after:
        return
    stored.audience = audience
    _put_groups(stored.id, wanted)
    record(actor, Action.AUDIENCE_CHANGED, subject=("board", stored.id), before=before, after=after)
    emit(BoardAudienceChanged(stored.id, actor.viewer_id, audience))


def _known_groups(audience: str, group_ids: Collection[int]) -> set[int]:
    if audience not in AUDIENCES:
        raise AudienceUnknown(errors={"audience": AudienceUnknown.message})
    if audience != "groups":
        return set()
    # Locked, so that none of them is deleted meanwhile.
    known = set(db.session.scalars(lock_row(select(Group.id).where(Group.id.in_(group_ids)))))
    if not known or known != set(group_ids):
        raise GroupsMissing(errors={"groups": GroupsMissing.message})
    return known


def _put_groups(board_id: int, group_ids: set[int]) -> None:
    db.session.execute(delete(BoardGroup).where(BoardGroup.board_id == board_id))
    db.session.add_all(
        BoardGroup(board_id=board_id, group_id=group_id) for group_id in sorted(group_ids)
    )
    db.session.flush()
