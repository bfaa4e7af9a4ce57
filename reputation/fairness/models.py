"""What the nightly search found, and about whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

DOUBTED, SUSPECTED, DROPPED = "doubted", "suspected", "dropped"
CONFIRMED, CLEARED, UNDONE = "confirmed", "cleared", "undone"
UNDECIDED = (SUSPECTED, DOUBTED)


class RingFinding(Base):
    """A group suspected of thanking each other for gain, or in doubt while a payment is near.

    doubted → suspected where more is found, or dropped where the doubt is gone; both → confirmed or
    cleared by a moderator's decision; confirmed → undone where it is taken back. What members of a
    cleared or undone one had given each other by ``decided_at`` is not held against them again.
    ``case_id`` is the moderators' case, without a foreign key: cases are another package's, and
    forgotten.
    """

    __tablename__ = "ring_findings"
    __table_args__ = (
        CheckConstraint(
            "state IN ('doubted', 'suspected', 'dropped', 'confirmed', 'cleared', 'undone')",
            name="state",
        ),
        Index("ix_ring_findings_state", "state", "id"),
        Index("ix_ring_findings_decided_at", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=SUSPECTED)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    case_id: Mapped[int | None]

    @property
    def source(self) -> str:
        """What events, cases and holds call it."""
        return f"ring:{self.id}"


class RingMember(Base):
    """A member of a group that is or was suspected."""

    __tablename__ = "ring_members"
    __table_args__ = (Index("ix_ring_members_user_id", "user_id"),)

    finding_id: Mapped[int] = mapped_column(ForeignKey("ring_findings.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
