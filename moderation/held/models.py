"""What a moderator sees first on single boards."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NOBODY, NEWCOMERS, EVERYBODY = "nobody", "newcomers", "everybody"
WHOSE = (NOBODY, NEWCOMERS, EVERYBODY)


class BoardScreening(Base):
    """Whose texts wait on a board, and how many first posts of a member do.

    ``first_posts`` is None where the site's setting holds. A board without a row holds nobody's.
    """

    __tablename__ = "board_screenings"
    __table_args__ = (
        CheckConstraint("held IN ('nobody', 'newcomers', 'everybody')", name="held"),
        CheckConstraint("first_posts BETWEEN 0 AND 3", name="first_posts"),
    )

    board_id: Mapped[int] = mapped_column(
        ForeignKey("boards.id"), primary_key=True, autoincrement=False
    )
    held: Mapped[str] = mapped_column(String(10), default=NOBODY)
    first_posts: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
