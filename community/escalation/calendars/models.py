"""Calendars, and what each said from when on."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NAME_MAX_CHARS = 60
HOLIDAY_NAME_MAX_CHARS = 80
MOST_HOLIDAYS = 1_000
MOST_SPANS_A_DAY = 6

_DEFAULT = text("is_default")


class Calendar(Base):
    """When a team works; ``version`` is the one that holds. One is for teams that have none."""

    __tablename__ = "calendars"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(
            "ix_calendars_is_default",
            "is_default",
            unique=True,
            sqlite_where=_DEFAULT,
            postgresql_where=_DEFAULT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    is_default: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class CalendarVersion(Base):
    """What a calendar says from ``valid_from`` on, until the next version; never changed.

    ``spans`` are lists of weekday (Monday is 0), first minute and minute of closing. ``country``
    and ``region`` choose public holidays, empty for none; ``holidays`` maps further days (ISO
    dates) to their names.
    """

    __tablename__ = "calendar_versions"

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendars.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[datetime] = mapped_column(default=clock.now)
    zone: Mapped[str] = mapped_column(String(64))
    spans: Mapped[list[list[int]]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(2), default="")
    region: Mapped[str] = mapped_column(String(40), default="")
    holidays: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
