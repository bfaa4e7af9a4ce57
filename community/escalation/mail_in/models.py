"""Mails that came in: each once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

KEY_CHARS = 64
REASON_MAX_CHARS = 40
EMAIL_MAX_CHARS = 255
MESSAGE_ID_MAX_CHARS = 250


class ReceivedMail(Base):
    """A mail that came in, and what became of it.

    ``key`` is a keyed hash of sender and Message-ID, or of all bytes: the same mail again has the
    same one. ``sender_email`` is that of a stranger, a member is named by ``sender_id``.
    ``original`` is all of its text, as staff may read it; only a mail that went into a case has it.
    """

    __tablename__ = "received_mails"
    __table_args__ = (
        CheckConstraint("kind IN ('mail', 'automatic', 'bounce', 'spam', 'refused')", name="kind"),
        UniqueConstraint("key"),
        Index("ix_received_mails_case_id", "case_id", "id"),
        Index("ix_received_mails_message_id", "message_id"),
        Index("ix_received_mails_received_at", "received_at"),
        Index("ix_received_mails_sender_id", "sender_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_CHARS))
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    message_id: Mapped[str | None] = mapped_column(String(MESSAGE_ID_MAX_CHARS))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sender_email: Mapped[str | None] = mapped_column(String(EMAIL_MAX_CHARS))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("support_cases.id"))
    original: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
