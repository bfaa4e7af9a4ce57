"""Memberships of the superuser scheme, one row for each time somebody is or might become one."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.audit import REASON_MAX_CHARS
from community.core.db import Base

APPLIED, INVITED, ACTIVE = "applied", "invited", "active"
REJECTED, DECLINED, LAPSED, LEFT, ENDED = "rejected", "declined", "lapsed", "left", "ended"
OPEN = (APPLIED, INVITED, ACTIVE)
OVER = (REJECTED, DECLINED, LAPSED, LEFT, ENDED)
APPLICATION, INVITATION, GRANT = "application", "invitation", "grant"

TIERS = (1, 2)
TOPICS_MAX_CHARS = 200
MOTIVE_MAX_CHARS = 2_000
NOTE_MAX_CHARS = REASON_MAX_CHARS
# From that long before its date on, a review can be done.
REVIEWED_EARLY = timedelta(days=30)


class SuperuserMembership(Base):
    """One time that somebody is a superuser, or might become one.

    ``state``: applied or invited, then active; or over: rejected (by staff), declined (by the
    member), lapsed (unanswered), left (by own wish), ended (by staff). ``origin`` is application,
    invitation or grant (the role was given by hand, without asking). ``began_by_id`` is who
    invited or granted, None for the system and for who applied. ``answer_by`` is until when an
    invitation can be answered. ``asked_version`` is the agreement they were last asked to accept,
    ``agreed_version`` the one they accepted. ``tier`` is 0 until active. ``review_told_at`` is
    when member and staff were told of the review that is due. A member has one open row at most.
    """

    __tablename__ = "superuser_memberships"
    __table_args__ = (
        CheckConstraint("tier IN (0, 1, 2)", name="tier"),
        Index(
            "ix_superuser_memberships_open",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_superuser_memberships_state", "state", "id"),
        Index("ix_superuser_memberships_user_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(12))
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    began_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    motive: Mapped[str] = mapped_column(Text, default="")
    topics: Mapped[str] = mapped_column(String(TOPICS_MAX_CHARS), default="")
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer_by: Mapped[datetime | None]
    asked_version: Mapped[str] = mapped_column(String(20), default="")
    agreed_version: Mapped[str] = mapped_column(String(20), default="")
    agreed_language: Mapped[str] = mapped_column(String(5), default="")
    agreed_at: Mapped[datetime | None]
    tier: Mapped[int] = mapped_column(default=0)
    active_at: Mapped[datetime | None]
    review_due_at: Mapped[datetime | None]
    review_told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    end_reason: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_active(self) -> bool:
        return self.state == ACTIVE

    def is_review_due(self, now: datetime) -> bool:
        """Say whether the half year is over."""
        return self.is_active and self.review_due_at is not None and self.review_due_at <= now

    def is_review_open(self, now: datetime) -> bool:
        """Say whether the review is near enough to be done."""
        due_at = self.review_due_at
        return self.is_active and due_at is not None and due_at - REVIEWED_EARLY <= now
