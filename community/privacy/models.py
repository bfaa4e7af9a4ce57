"""Archives of one's own data that members asked for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base


class PersonalExport(Base):
    """An archive somebody asked for. ``file_name`` lies below the exports folder once it is built.

    ``expires_at`` is when it can no longer be downloaded; the file goes then.
    """

    __tablename__ = "personal_exports"
    __table_args__ = (Index("ix_personal_exports_user_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    built_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    file_name: Mapped[str | None] = mapped_column(String(80))
    size_bytes: Mapped[int] = mapped_column(default=0)
