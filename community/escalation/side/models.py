"""Conversations with suppliers about a case, and what was written in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

EMAIL_MAX_CHARS = 255
SUBJECT_MAX_CHARS = 200
MESSAGE_ID_MAX_CHARS = 250
IN, OUT = "in", "out"


class SideConversation(Base):
    """A conversation by mail about a case with somebody who is not its customer."""

    __tablename__ = "side_conversations"
    __table_args__ = (Index("ix_side_conversations_case_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    email: Mapped[str | None] = mapped_column(String(EMAIL_MAX_CHARS))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX_CHARS))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)


class SideMessage(Base):
    """Something written in a side conversation.

    ``sender_email`` says from where an answer came, which can be a colleague of whom was asked.
    ``undelivered_at`` is when we learned that it reached nobody.
    """

    __tablename__ = "side_messages"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        UniqueConstraint("side_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    side_id: Mapped[int] = mapped_column(ForeignKey("side_conversations.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    direction: Mapped[str] = mapped_column(String(3))
    sender_email: Mapped[str | None] = mapped_column(String(EMAIL_MAX_CHARS))
    body: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    render_version: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str | None] = mapped_column(String(MESSAGE_ID_MAX_CHARS))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    undelivered_at: Mapped[datetime | None]
