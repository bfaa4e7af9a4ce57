"""The points and the rank that pages show beside a name; upper packages say what they are."""

from sqlalchemy import update

from community.core.db import db
from community.identity.models import User


def set_points(user_id: int, points: int) -> None:
    """Set a member's points to what their ledger adds up to."""
    db.session.execute(
        update(User)
        .where(User.id == user_id, User.points != points)
        .values(points=points)
        .execution_options(synchronize_session=False)
    )


def set_rank_level(user_id: int, level: int) -> None:
    """Set a member's rank to the level their standing asks for."""
    db.session.execute(
        update(User)
        .where(User.id == user_id, User.rank_level != level)
        .values(rank_level=level)
        .execution_options(synchronize_session=False)
    )
