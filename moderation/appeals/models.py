"""Appeals against decisions about members."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

TEXT_MAX_CHARS = 2_000
ANSWER_MAX_CHARS = 500

OPENED, UPHELD, OVERTURNED = "opened", "upheld", "overturned"


class DecisionAppeal(Base):
    """A member's objection to a decision; its answer is final.

    ``upheld`` means that the decision stands, ``overturned`` that it was undone.
    """

    __tablename__ = "decision_appeals"
    __table_args__ = (
        UniqueConstraint("statement_id"),
        CheckConstraint("state IN ('opened', 'upheld', 'overturned')", name="state"),
        CheckConstraint("(state = 'opened') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'opened') = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by_id <> user_id", name="not_by_oneself"),
        Index("ix_decision_appeals_user_id", "user_id", "id"),
        Index("ix_decision_appeals_opened_at", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=OPENED)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")

    @property
    def is_open(self) -> bool:
        return self.state == OPENED
