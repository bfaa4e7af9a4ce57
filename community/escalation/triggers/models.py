"""How long questions wait for answers."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from community.core.db import Base

# Stands in ``answer_waits.hour`` for all hours of the day together.
ANY_HOUR = -1


class AnswerWait(Base):
    """How long questions of a board waited for a first answer, by the hour they were asked at.

    ``hour`` is that of the site's zone, or ``ANY_HOUR``. Half of the questions had an answer after
    ``median_minutes``, nine of ten after ``most_minutes``; None where fewer got any. Derived.
    """

    __tablename__ = "answer_waits"
    __table_args__ = (CheckConstraint("hour BETWEEN -1 AND 23", name="hour"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    median_minutes: Mapped[int | None]
    most_minutes: Mapped[int | None]
    questions_count: Mapped[int]
