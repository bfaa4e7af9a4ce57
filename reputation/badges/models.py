"""Badges and who holds them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

KEY_MAX_CHARS = 40
ICON_MAX_CHARS = 30
REASON_MAX_CHARS = 300


class Badge(Base):
    """A badge, with names and descriptions by language and an icon of the sprite.

    ``needs`` maps measures to the least number of each (see ``badge_rules``); empty for a badge
    given by hand. A ``repeatable`` one is granted once for each time that much was done. One that
    is not ``enabled`` is granted no more; who holds it keeps it. ``holders_count`` is derived, at
    most minutes old.
    """

    __tablename__ = "badges"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_MAX_CHARS))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSON)
    icon: Mapped[str] = mapped_column(String(ICON_MAX_CHARS))
    needs: Mapped[dict[str, int]] = mapped_column(JSON)
    repeatable: Mapped[bool] = mapped_column(default=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    holders_count: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime | None]

    @property
    def is_by_rule(self) -> bool:
        """Whether a rule grants it."""
        return bool(self.needs)


class BadgeGrant(Base):
    """A badge given to a member for the ``number``-th time, and perhaps taken back.

    Rows are added and closed, never changed otherwise. Nobody granted or revoked where a rule did:
    then ``granted_by_id`` or ``revoked_by_id`` is empty. A time stands once (partial index).
    """

    __tablename__ = "badge_grants"
    __table_args__ = (
        Index(
            "ix_badge_grants_standing",
            "badge_id",
            "user_id",
            "number",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_badge_grants_user_id", "user_id", "granted_at", "id"),
        Index("ix_badge_grants_badge_id", "badge_id", "granted_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    badge_id: Mapped[int] = mapped_column(ForeignKey("badges.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int] = mapped_column(default=1)
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoke_reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
