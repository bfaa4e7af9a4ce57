"""What customers were asked after their case was solved, and who does not want to be asked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

# From very dissatisfied to very satisfied.
MARKS = (1, 2, 3, 4, 5)
# Up to this one the team's lead is told.
LOW_MARK = 2
COMMENT_MAX_CHARS = 2_000
HASH_CHARS = 64


class CsatResponse(Base):
    """The one question about a case, and its answer once there is one.

    ``team_id`` is the team that solved it. ``customer_id`` is None for a stranger who wrote a mail.
    """

    __tablename__ = "csat_responses"
    __table_args__ = (
        CheckConstraint("mark BETWEEN 1 AND 5", name="mark"),
        CheckConstraint("(mark IS NULL) = (answered_at IS NULL)", name="answered"),
        UniqueConstraint("case_id"),
        Index("ix_csat_responses_customer_id", "customer_id"),
        Index("ix_csat_responses_team_id", "team_id", "asked_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    mark: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]


class CsatRefusal(Base):
    """Somebody who is never asked again: a member, or the keyed hash of a stranger's address."""

    __tablename__ = "csat_refusals"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (address_hash IS NULL)", name="one"),
        UniqueConstraint("user_id"),
        UniqueConstraint("address_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    address_hash: Mapped[str | None] = mapped_column(String(HASH_CHARS))
    refused_at: Mapped[datetime] = mapped_column(default=clock.now)
