"""Members on the ladder."""

from sqlalchemy import select, update

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from reputation.ledger.operations import book_opening
from reputation.ranks.models import Rank


def level_of(user: User) -> int:
    """Let all jobs run and return the level a member is shown at."""
    run_due_jobs()
    with transaction():
        return db.session.scalars(select(User.rank_level).where(User.id == user.id)).one()


def bring_along(user: User, points: int) -> None:
    """Let a member have points from before."""
    with transaction():
        book_opening(user.id, points, currency="reputation")
    run_due_jobs()


def set_criteria(level: int, needs: dict[str, int], one_of: dict[str, int] | None = None) -> None:
    """Say what a rank takes, past all rules; nobody's rank follows by itself."""
    with transaction():
        values = {"needs": needs, "one_of": one_of or {}}
        db.session.execute(update(Rank).where(Rank.level == level).values(**values))
