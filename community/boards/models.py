"""Boards and their running totals."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

AUDIENCES = ("public", "members", "groups", "staff")


class Board(Base):
    """A place for questions. ``names`` and ``descriptions`` map a language to a text."""

    __tablename__ = "boards"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("audience IN ('public', 'members', 'groups', 'staff')", name="audience"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    icon: Mapped[str] = mapped_column(String(20), default="ask")
    audience: Mapped[str] = mapped_column(String(10), default="public")
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    def name_in(self, language: str) -> str:
        """Return the board's name in a language, or in the other one where it has none."""
        return name_in(self.names, language)


class BoardGroup(Base):
    """A group whose members may read a board with the audience "groups"."""

    __tablename__ = "board_groups"
    __table_args__ = (UniqueConstraint("board_id", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))


class BoardStats(Base):
    """Totals of a board's published questions, kept with every change and rebuildable.

    ``first_answer_minutes`` is the median wait for the first answer over the last 30 days.
    """

    __tablename__ = "board_stats"

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    open_count: Mapped[int] = mapped_column(default=0)
    answered_count: Mapped[int] = mapped_column(default=0)
    solved_count: Mapped[int] = mapped_column(default=0)
    support_count: Mapped[int] = mapped_column(default=0)
    closed_count: Mapped[int] = mapped_column(default=0)
    first_answer_minutes: Mapped[int | None]


def name_in(texts: dict[str, str], language: str) -> str:
    """Pick a text by language, falling back to any other."""
    return texts.get(language) or next(iter(texts.values()), "")
