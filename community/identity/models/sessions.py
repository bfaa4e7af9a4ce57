"""Where somebody is signed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

DEVICE_MAX_CHARS = 80


class UserSession(Base):
    """One browser's session. The browser holds the token, we only its SHA-256.

    ``method`` says how it began. ``verified_at`` is when its owner last proved to be there
    (sign-in or re-authentication), ``second_factor_at`` when they last showed a second factor.
    Deleting the row signs the browser out. Source: ASVS 5.0 §7.2, §7.4.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_user_sessions_user_id", "user_id"),
        Index("ix_user_sessions_last_seen_at", "last_seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(20))
    device: Mapped[str] = mapped_column(String(DEVICE_MAX_CHARS), default="")
    network: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    verified_at: Mapped[datetime] = mapped_column(default=clock.now)
    second_factor_at: Mapped[datetime | None]
