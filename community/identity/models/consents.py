"""What people agreed to, in which version."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

VERSION_MAX_CHARS = 40


class Consent(Base):
    """Somebody agreed to one version of the terms. Source: GDPR Art. 7 (1)."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("user_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    version: Mapped[str] = mapped_column(String(VERSION_MAX_CHARS))
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
