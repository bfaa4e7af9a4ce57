"""Cases and the members they are about."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

KIND_MAX_CHARS = 20
SOURCE_MAX_CHARS = 80
NOTE_MAX_CHARS = 500

OPEN, CLAIMED, DECIDED = "open", "claimed", "decided"
ACTIONED, UNDONE, CLOSED = "actioned", "undone", "closed"
UNDECIDED = (OPEN, CLAIMED)
VIOLATION, NO_VIOLATION = "violation", "no_violation"
DECISIONS = (NO_VIOLATION, VIOLATION)


class ModerationCase(Base):
    """Something suspected that a moderator decides.

    ``source`` names what was found ("ring:7"), once: told again, it is the same case. ``evidence``
    holds ids and numbers. ``claimed_until`` is when a claim lapses; a lapsed one counts for
    nothing. ``decision`` is violation or no_violation.
    """

    __tablename__ = "moderation_cases"
    __table_args__ = (
        UniqueConstraint("source"),
        CheckConstraint(
            "state IN ('open', 'claimed', 'decided', 'actioned', 'undone', 'closed')", name="state"
        ),
        CheckConstraint("decision IN ('violation', 'no_violation')", name="decision"),
        Index("ix_moderation_cases_state", "state", "id"),
        Index("ix_moderation_cases_closed_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_MAX_CHARS))
    source: Mapped[str] = mapped_column(String(SOURCE_MAX_CHARS))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_until: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")
    actioned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    def is_claimed_by_other(self, viewer_id: int | None, now: datetime) -> bool:
        """Whether somebody else is at work on it."""
        return (
            self.state == CLAIMED
            and self.claimed_by_id != viewer_id
            and self.claimed_until is not None
            and self.claimed_until > now
        )


class CaseSubject(Base):
    """A member a case is about."""

    __tablename__ = "moderation_case_subjects"
    __table_args__ = (Index("ix_moderation_case_subjects_user_id", "user_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
