"""Adjustments and appeals; states change once, by compare-and-set under the account's lock."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

REASON_MAX_CHARS = 500
APPEAL_MAX_CHARS = 2_000

PROPOSED, BOOKED, REFUSED = "proposed", "booked", "refused"
OPENED, IN_REVIEW, UPHELD, REJECTED = "opened", "in_review", "upheld", "rejected"


class Adjustment(Base):
    """Points that somebody gives or takes by hand, with the reason the member reads.

    ``decided_by_id`` is who confirmed or refused it; within the proposer's limit that is the
    proposer. ``refusal`` says why it was refused. ``undoes_id`` names the adjustment that this one
    takes back.
    """

    __tablename__ = "adjustments"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("currency IN ('reputation', 'payback')", name="currency"),
        CheckConstraint("state IN ('proposed', 'booked', 'refused')", name="state"),
        CheckConstraint("(state = 'booked') = (entry_id IS NOT NULL)", name="booked"),
        CheckConstraint("(state = 'proposed') = (decided_by_id IS NULL)", name="decided"),
        CheckConstraint("proposed_by_id <> user_id", name="not_oneself"),
        CheckConstraint("decided_by_id <> user_id", name="not_decided_by_oneself"),
        Index("ix_adjustments_user_id", "user_id", "id"),
        Index("ix_adjustments_state", "state", "id"),
        Index("ix_adjustments_undoes_id", "undoes_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    currency: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[str] = mapped_column(String(10), default=PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("adjustments.id"))


class PointsAppeal(Base):
    """A member's objection to one line of their own; one a line, and its answer is final.

    ``due_at`` is the end of the last working day on which it is to be answered. ``adjustment_id``
    is what corrects the line; while that waits for a second person, the appeal stays in review.
    """

    __tablename__ = "points_appeals"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        UniqueConstraint("adjustment_id"),
        CheckConstraint("state IN ('opened', 'in_review', 'upheld', 'rejected')", name="state"),
        CheckConstraint("taken_by_id <> user_id", name="not_taken_by_oneself"),
        CheckConstraint("decided_by_id <> user_id", name="not_decided_by_oneself"),
        Index("ix_points_appeals_user_id", "user_id", "id"),
        Index("ix_points_appeals_state_due_at", "state", "due_at", "id"),
        Index("ix_points_appeals_decided_at", "decided_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=OPENED)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    adjustment_id: Mapped[int | None] = mapped_column(ForeignKey("adjustments.id"))

    @property
    def is_open(self) -> bool:
        return self.state in (OPENED, IN_REVIEW)

    @property
    def answer_by(self) -> datetime:
        """An instant on the last day, for pages that name the day."""
        return self.due_at - timedelta(seconds=1)

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at <= clock.now()
