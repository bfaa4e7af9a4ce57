"""By what accounts of one person may be known: where from and with which browser they sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

MARK_CHARS = 64


class SignInTrace(Base):
    """A mark of an address or a browser somebody signed in from, and when they did last.

    ``mark`` is a keyed hash: it can be compared with others of ours and says nothing else. Rows
    are forgotten after ``trace_days``.
    """

    __tablename__ = "sign_in_traces"
    __table_args__ = (
        Index("ix_sign_in_traces_mark", "mark"),
        Index("ix_sign_in_traces_seen_at", "seen_at"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    mark: Mapped[str] = mapped_column(String(MARK_CHARS), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
