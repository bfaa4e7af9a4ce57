"""What people were shown before they asked, and what came of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

OUTCOMES = ("opened", "solved", "rejected")


class Deflection(Base):
    """A similar question that an asker opened, that solved the matter, or that did not help.

    ``asked_question_id`` is the question asked all the same: what was read and rejected goes
    with it.
    """

    __tablename__ = "deflections"
    __table_args__ = (
        CheckConstraint("outcome IN ('opened', 'solved', 'rejected')", name="outcome"),
        Index("ix_deflections_question_id", "question_id", "outcome"),
        Index("ix_deflections_asked_question_id", "asked_question_id"),
        Index("ix_deflections_user_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    asked_question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    typed: Mapped[str] = mapped_column(String(150), default="")
    outcome: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class IndexRequest(Base):
    """A question whose entry in the search index is out of date.

    ``token`` changes with every request, so that the writer removes only what it has written.
    """

    __tablename__ = "index_requests"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
