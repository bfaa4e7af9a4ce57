"""How much a member read on a day."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.db import Base


class VisitDay(Base):
    """What a member read on one day (UTC), as numbers; which pages these were is not kept.

    Counted by each web process for itself: a question read again on the same day counts once, or
    once a process. Kept for the hundred days that the rules look at.
    """

    __tablename__ = "visit_days"
    __table_args__ = (
        CheckConstraint("topics_entered >= 0 AND posts_read >= 0 AND seconds >= 0", name="numbers"),
        Index("ix_visit_days_day", "day"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    topics_entered: Mapped[int] = mapped_column(default=0)
    posts_read: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
