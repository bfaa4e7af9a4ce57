"""Teams, their members and the boards they answer for."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from community.boards.models import name_in
from community.core import clock
from community.core.db import Base

SLUG_CHARS = 60
# The team that takes what no other one does.
DEFAULT_SLUG = "support"
# So many cases in hand at most are given to somebody. Source: PRODUCT 2.6.
CAPACITY, MOST_CASES = 10, 100


class Team(Base):
    """A group of agents. ``names`` maps a language to what it is called.

    ``lead_id`` is who is told when a case is late. ``calendar_id`` says when the team works; None
    for the site's own calendar. ``version`` grows with each change of the team.
    With ``rotates`` new cases are given to its agents in turn.
    """

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_CHARS))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendars.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    rotates: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    def name_in(self, language: str) -> str:
        """Return the team's name in a language, or in the other one where it has none."""
        return name_in(self.names, language)


class TeamMember(Base):
    """An agent who works on a team's cases."""

    __tablename__ = "team_members"
    __table_args__ = (
        UniqueConstraint("team_id", "user_id"),
        Index("ix_team_members_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class TeamBoard(Base):
    """A board whose cases a team takes."""

    __tablename__ = "team_boards"
    __table_args__ = (Index("ix_team_boards_team_id", "team_id"),)

    board_id: Mapped[int] = mapped_column(
        ForeignKey("boards.id"), primary_key=True, autoincrement=False
    )
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))


class DeskAgent(Base):
    """What is known of somebody who works on cases, for the rotation; made when first needed.

    Up to ``capacity`` cases in hand they are given new ones. ``languages`` are those they answer
    in, ``boards`` (ids) and ``tags`` (names) what they know about; empty means all. Until
    ``away_until`` they are given none. ``given_at`` is when they were given one last.
    """

    __tablename__ = "desk_agents"
    __table_args__ = (CheckConstraint("capacity BETWEEN 0 AND 100", name="capacity"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    capacity: Mapped[int] = mapped_column(default=CAPACITY)
    languages: Mapped[list[Any]] = mapped_column(JSON, default=list)
    boards: Mapped[list[Any]] = mapped_column(JSON, default=list)
    tags: Mapped[list[Any]] = mapped_column(JSON, default=list)
    away_until: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    def is_away(self, now: datetime) -> bool:
        """Say whether they are away at an instant."""
        return self.away_until is not None and now < self.away_until
