"""Notifications and who wants which of them how."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NOTE_MAX_CHARS = 300
PAGE_MAX_CHARS = 120
KINDS = (
    "answer",
    "comment",
    "mention",
    "accepted",
    "unaccepted",
    "confirmed",
    "kudos",
    "info_request",
    "closed",
    "reopened",
    "ended",
    "moved",
    "duplicate",
    "new_question",
    "badge",
    "points",
    "trust",
    "superuser",
    "rules",
    "decision",
    "flag",
    "case",
    "suggestion",
    "deadline",
    "customer",
    "support",
    "handed_over",
    "solved",
    "rating",
    "payment",
    "line",
    "undelivered",
    "welcome",
)
# These are about the member and no post.
PERSONAL_KINDS = frozenset(
    {
        *("badge", "case", "customer", "deadline", "decision", "flag", "points", "rules"),
        *("suggestion", "superuser", "trust", "support", "handed_over"),
        *("solved", "rating", "payment", "line", "undelivered", "welcome"),
    }
)


class Notification(Base):
    """One thing one member should hear of; unique per event, member and kind.

    It holds ids only: text and title are read when it is shown or mailed, with the rights the
    member has then. One of the ``PERSONAL_KINDS`` has no post but a ``page``: an address below the
    site's root that the member may open at any time. ``held_at`` is when its mail was put off to
    the end of quiet hours.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id", "kind"),
        CheckConstraint("(post_id IS NULL) = (page <> '')", name="page"),
        Index("ix_notifications_question_id", "question_id"),
        Index("ix_notifications_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_notifications_event_id", "event_id"),
        Index("ix_notifications_actor_id", "actor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    kind: Mapped[str] = mapped_column(String(20))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    page: Mapped[str] = mapped_column(String(PAGE_MAX_CHARS), default="", server_default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]


class NotificationSetting(Base):
    """A member's choice for one kind; without a row the defaults of the kind hold."""

    __tablename__ = "notification_settings"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20))
    bell: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[bool] = mapped_column(default=True)


class Digest(Base):
    """A digest of one period (a day "2026-11-22" or a week "2026-W47"), planned once a member.

    ``sent_at`` stays empty where there was nothing to say.
    """

    __tablename__ = "digests"
    __table_args__ = (
        UniqueConstraint("user_id", "period"),
        Index("ix_digests_planned_at", "planned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    period: Mapped[str] = mapped_column(String(10))
    planned_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]


class Welcome(Base):
    """A newcomer who has answered: when they are to be thanked for it, once and for all.

    The row stays when that is settled (``settled_at``), told or not, so that nobody is thanked
    twice. Without an answer of theirs that stands it goes, and their next answer begins anew.
    """

    __tablename__ = "welcomes"
    __table_args__ = (
        Index(
            "ix_welcomes_due_at",
            "due_at",
            "user_id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
