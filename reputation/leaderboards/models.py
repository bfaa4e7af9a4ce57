"""What members gained in each span of time that is still running."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.db import Base


class LeaderboardScore(Base):
    """The points of a member in a period, on a board or (``board_id`` 0) on the whole site.

    Derived from the ledger. ``begins_on`` is the first day of the period in the site's time zone.
    Only members with more than nothing have a row. Without a foreign key to boards: 0 is none.
    """

    __tablename__ = "leaderboard_scores"
    __table_args__ = (
        Index(
            "ix_leaderboard_scores_period",
            *("period", "begins_on", "board_id", "points", "user_id"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(5), primary_key=True)
    begins_on: Mapped[date] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[int]
