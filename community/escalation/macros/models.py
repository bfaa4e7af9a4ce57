"""Macros of teams, in one language each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NAME_MAX_CHARS = 80
BODY_MAX_CHARS = 10_000
# What a macro proposes for the case; "" proposes nothing. "me" is whoever applies it.
STATES = ("", "open", "pending", "solved")
OWNERS = ("", "me")


class Macro(Base):
    """A text that agents begin with; ``team_id`` None means every team's.

    ``state``, ``priority`` and ``owner`` are what it proposes beside. A retired one is offered no
    more.
    """

    __tablename__ = "macros"
    __table_args__ = (
        CheckConstraint("state IN ('', 'open', 'pending', 'solved')", name="state"),
        CheckConstraint("priority IN ('', 'urgent', 'high', 'normal', 'low')", name="priority"),
        CheckConstraint("owner IN ('', 'me')", name="owner"),
        Index("ix_macros_team_id", "team_id", "language", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    language: Mapped[str] = mapped_column(String(5))
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="")
    priority: Mapped[str] = mapped_column(String(10), default="")
    owner: Mapped[str] = mapped_column(String(10), default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]
