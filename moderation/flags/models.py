"""Flags, and how often a post was hidden because of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from moderation.rules import CODE_MAX_CHARS

NOTE_MAX_CHARS = 500
AGREED, REJECTED = "agreed", "rejected"


class Flag(Base):
    """One member's report of one post, or of another member (exactly one of them).

    ``reason`` is the code of a rule, ``note`` what the flagger adds to it. ``round`` counts from 1:
    flags of one round are decided together. ``weight`` is as it was when it was given. ``outcome``
    is None until then; agreed means that moderators found a rule broken.
    """

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("flagger_id", "post_id", "round"),
        UniqueConstraint("flagger_id", "member_id", "round"),
        CheckConstraint(
            "CASE WHEN post_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN member_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target",
        ),
        CheckConstraint("outcome IN ('agreed', 'rejected')", name="outcome"),
        CheckConstraint("weight >= 0", name="weight"),
        Index("ix_flags_post_id", "post_id", "round"),
        Index("ix_flags_member_id", "member_id", "round"),
        Index("ix_flags_flagger_id", "flagger_id", "created_at", "id"),
        Index("ix_flags_decided_at", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flagger_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    round: Mapped[int]
    reason: Mapped[str] = mapped_column(String(CODE_MAX_CHARS))
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")
    weight: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    outcome: Mapped[str | None] = mapped_column(String(10))
    decided_at: Mapped[datetime | None]


class FlagHiding(Base):
    """A post that was hidden because of flags; its author may mend it once where ``mendable``."""

    __tablename__ = "flag_hidings"
    __table_args__ = (Index("ix_flag_hidings_post_id", "post_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    round: Mapped[int]
    hidden_at: Mapped[datetime] = mapped_column(default=clock.now)
    mendable: Mapped[bool] = mapped_column(default=True, server_default=true())
    mended_at: Mapped[datetime | None]
