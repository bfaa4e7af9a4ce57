"""Watched words."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

PATTERN_MAX_CHARS = 200
REPLACEMENT_MAX_CHARS = 200

BLOCK, HOLD, REPLACE, TAG, FLAG = "block", "hold", "replace", "tag", "flag"
ACTIONS = (BLOCK, HOLD, REPLACE, TAG, FLAG)


class WatchedWord(Base):
    """A word or pattern, and what becomes of a text that holds it.

    ``replacement`` goes with "replace", ``tag`` with "tag". ``language`` and ``board_id`` are None
    where it counts everywhere. A word is never deleted, only disabled: cases refer to it.
    """

    __tablename__ = "watched_words"
    __table_args__ = (
        CheckConstraint("action IN ('block', 'hold', 'replace', 'tag', 'flag')", name="action"),
        Index("ix_watched_words_is_enabled", "is_enabled", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pattern: Mapped[str] = mapped_column(String(PATTERN_MAX_CHARS))
    is_regex: Mapped[bool] = mapped_column(default=False)
    action: Mapped[str] = mapped_column(String(10))
    replacement: Mapped[str] = mapped_column(String(REPLACEMENT_MAX_CHARS), default="")
    tag: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str | None] = mapped_column(String(5))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"))
    is_enabled: Mapped[bool] = mapped_column(default=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
