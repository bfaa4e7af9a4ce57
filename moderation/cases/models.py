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
CODE_MAX_CHARS = 20
# Whatever a kind is scored by, its priority is a number from 0 to this.
HIGHEST_PRIORITY = 1_000

OPEN, CLAIMED, DECIDED = "open", "claimed", "decided"
ACTIONED, UNDONE, CLOSED = "actioned", "undone", "closed"
UNDECIDED = (OPEN, CLAIMED)
VIOLATION, NO_VIOLATION = "violation", "no_violation"
DECISIONS = (NO_VIOLATION, VIOLATION)


class ModerationCase(Base):
    """Something suspected that a moderator decides.

    ``source`` names what was found ("ring:7"), once: told again, it is the same case. ``evidence``
    holds ids, numbers and codes. ``post_id`` is the post it is about, if it is about one. Cases of
    higher ``priority`` come first. ``claimed_until`` is when a claim lapses; a lapsed one counts
    for nothing. ``decision`` is violation or no_violation, ``decision_key`` which of the decisions
    of its kind was taken, ``rule`` the rule of conduct that was broken. ``alerted_at`` is when
    moderators were told that it has waited for too long, ``escalated_at`` when one of them handed
    it over to the administrators.
    """

    __tablename__ = "moderation_cases"
    __table_args__ = (
        UniqueConstraint("source"),
        CheckConstraint(
            "state IN ('open', 'claimed', 'decided', 'actioned', 'undone', 'closed')", name="state"
        ),
        CheckConstraint("decision IN ('violation', 'no_violation')", name="decision"),
        Index("ix_moderation_cases_state", "state", "id"),
        Index("ix_moderation_cases_queue", "state", "priority", "id"),
        Index("ix_moderation_cases_post_id", "post_id", "id"),
        Index("ix_moderation_cases_closed_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_MAX_CHARS))
    source: Mapped[str] = mapped_column(String(SOURCE_MAX_CHARS))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_until: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(12))
    decision_key: Mapped[str | None] = mapped_column(String(CODE_MAX_CHARS))
    rule: Mapped[str | None] = mapped_column(String(CODE_MAX_CHARS))
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")
    actioned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    alerted_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]

    def is_claimed_by(self, viewer_id: int | None, now: datetime) -> bool:
        """Whether this person is at work on it."""
        is_held = self.state == CLAIMED and self.claimed_by_id == viewer_id
        return is_held and self.claimed_until is not None and self.claimed_until > now

    def is_claimed_by_other(self, viewer_id: int | None, now: datetime) -> bool:
        """Whether somebody else is at work on it."""
        return (
            self.state == CLAIMED
            and self.claimed_by_id != viewer_id
            and self.claimed_until is not None
            and self.claimed_until > now
        )


class CaseNote(Base):
    """What a moderator wrote to the others about a case, or to one of them (``to_id``).

    A ``handover`` says why it is the administrators' turn.
    """

    __tablename__ = "case_notes"
    __table_args__ = (
        CheckConstraint("kind IN ('note', 'handover')", name="kind"),
        Index("ix_case_notes_case_id", "case_id", "id"),
        Index("ix_case_notes_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    kind: Mapped[str] = mapped_column(String(8))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class CaseSubject(Base):
    """A member a case is about."""

    __tablename__ = "moderation_case_subjects"
    __table_args__ = (Index("ix_moderation_case_subjects_user_id", "user_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )


class CaseVoice(Base):
    """What a reviewer said about a case: ``choice`` is a key of its kind's choices.

    ``version`` marks what they looked at; it counts while that is the present version.
    """

    __tablename__ = "moderation_case_voices"
    __table_args__ = (
        UniqueConstraint("case_id", "user_id"),
        Index("ix_moderation_case_voices_user_id", "user_id", "given_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    choice: Mapped[str] = mapped_column(String(CODE_MAX_CHARS))
    version: Mapped[str] = mapped_column(String(SOURCE_MAX_CHARS))
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
