"""The number beside the bell: kept with every change, and rebuildable from the rows.

It counts unread notifications of the kinds a member wants to see, about posts they may see and
about themselves.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update

from community.boards.models import Board
from community.core.authz import SYSTEM
from community.core.db import db
from community.identity.models import User
from community.notifications.models import Notification
from community.notifications.queries.entries import in_bell
from community.notifications.queries.receivers import may_read_board
from community.posts.models import Post
from community.posts.visibility import place_is_visible


def add_unread(user_ids: Sequence[int]) -> None:
    """Count one more for each of these members."""
    if user_ids:
        db.session.execute(
            update(User)
            .where(User.id.in_(user_ids))
            .values(unread_count=User.unread_count + 1)
            .execution_options(synchronize_session=False)
        )


def recount_unread(user_ids: Sequence[int]) -> None:
    """Count anew for these members."""
    _recount(User.id.in_(user_ids))


def recount_unread_about(question_id: int) -> None:
    """Count anew for everybody with something unread about a question.

    For posts that were hidden, deleted or brought back.
    """
    readers = select(Notification.user_id).where(
        Notification.question_id == question_id, Notification.read_at.is_(None)
    )
    _recount(User.id.in_(readers.scalar_subquery()))


def recount_unread_on(board_id: int) -> None:
    """Count anew for everybody with something unread on a board, whose audience has changed."""
    readers = (
        select(Notification.user_id)
        .join(Post, Post.id == Notification.post_id)
        .where(Post.board_id == board_id, Notification.read_at.is_(None))
    )
    _recount(User.id.in_(readers.scalar_subquery()))


def rebuild_unread() -> int:
    """Count anew for all members; returns how many numbers were wrong."""
    return _recount(User.id > 0)


def _recount(which: ColumnElement[bool]) -> int:
    unread = _unread_of_user().scalar_subquery()
    done = db.session.execute(
        update(User)
        .where(which, User.unread_count != unread)
        .values(unread_count=unread)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _unread_of_user() -> Select[Any]:
    return (
        select(func.count(Notification.id))
        .outerjoin(Post, Post.id == Notification.post_id)
        .outerjoin(Board, Board.id == Post.board_id)
        .where(
            Notification.user_id == User.id,
            Notification.read_at.is_(None),
            in_bell(),
            or_(
                Notification.post_id.is_(None),
                and_(place_is_visible(SYSTEM), may_read_board()),
            ),
        )
        .correlate(User)
    )
