"""Links that work once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base


class Purpose(StrEnum):
    """What a one-time link is good for, and for nothing else."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"
    SIGN_IN = "sign_in"
    CHANGE_EMAIL = "change_email"


class OneTimeToken(Base):
    """A token of 256 random bits, of which we hold the SHA-256.

    ``sent_to`` is the address it was mailed to, or the new address where one is to be changed.
    """

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_one_time_tokens_user_id", "user_id", "purpose"),
        Index("ix_one_time_tokens_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64))
    sent_to: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
