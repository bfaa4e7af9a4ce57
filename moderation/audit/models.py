"""Notes that staff write about people, for each other."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NOTE_MAX_CHARS = 2_000


class StaffNote(Base):
    """A note about a person. No page, feed, mail or archive of theirs has it."""

    __tablename__ = "staff_notes"
    __table_args__ = (Index("ix_staff_notes_user_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
