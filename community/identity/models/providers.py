"""Accounts elsewhere that sign in here."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

PROVIDER_NAME_CHARS = 40
SUBJECT_MAX_CHARS = 255


class ExternalIdentity(Base):
    """A provider's subject who is one of our users; never found by e-mail.

    Source: OpenID Connect Core 1.0 §5.7 (``iss`` and ``sub`` are the only stable key).
    """

    __tablename__ = "external_identities"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("user_id", "provider"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    provider: Mapped[str] = mapped_column(String(PROVIDER_NAME_CHARS))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX_CHARS))
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
