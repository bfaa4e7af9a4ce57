"""Statements of reasons, sanctions, and the words in which they are told."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from moderation.rules import CODE_MAX_CHARS

FACTS_MAX_CHARS = 2_000
REASON_MAX_CHARS = 500
WORDING_MAX_CHARS = 2_000
MEASURE_MAX_CHARS = 15

POST_HIDDEN, POST_DELETED, POST_RESTORED = "post_hidden", "post_deleted", "post_restored"
NOTICE, WARNING, READ_ONLY = "notice", "warning", "read_only"
SUSPENSION, BAN = "suspension", "ban"

# The ladder, from the mildest.
KINDS = (NOTICE, WARNING, READ_ONLY, SUSPENSION, BAN)
# What takes something away for as long as it lasts; the others are words alone.
RESTRICTING = (READ_ONLY, SUSPENSION, BAN)
SHUTTING_OUT = (SUSPENSION, BAN)
# Of a picture in a post; the post stays.
IMAGE_REMOVED = "image_removed"
# Of a changed text that waited; the post stays as it was.
EDIT_REFUSED = "edit_refused"
OF_POSTS = (POST_HIDDEN, POST_DELETED, POST_RESTORED)
MEASURES = (*OF_POSTS, IMAGE_REMOVED, EDIT_REFUSED, *KINDS)
NOT_APPEALABLE = frozenset({POST_RESTORED})

ACTIVE, EXPIRED, LIFTED = "active", "expired", "lifted"


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Statement(Base):
    """What was decided about a member, and why, as they were told.

    ``text`` is exactly that, in ``language``. ``automated`` says that it was found automatically;
    ``decided_by_id`` is None where the machine decided as well. ``removal_id`` is the removal of
    the post it explains. ``read_at`` is when the member confirmed to have read it. ``undone_at``
    is when the measure was taken back. ``appeal_until`` is None where there is no appeal.
    """

    __tablename__ = "statements"
    __table_args__ = (
        UniqueConstraint("removal_id"),
        CheckConstraint(_one_of("measure", MEASURES), name="measure"),
        Index("ix_statements_user_id", "user_id", "id"),
        Index("ix_statements_post_id", "post_id"),
        Index("ix_statements_issued_at", "issued_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    measure: Mapped[str] = mapped_column(String(MEASURE_MAX_CHARS))
    rule: Mapped[str] = mapped_column(String(CODE_MAX_CHARS))
    facts: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5))
    automated: Mapped[bool]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removals.id"))
    # No foreign key: a case is forgotten before the decision it led to.
    case_id: Mapped[int | None]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    appeal_until: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    @property
    def is_read(self) -> bool:
        return self.read_at is not None

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class Sanction(Base):
    """A measure against a member. ``ends_at`` is None for words alone, and for a ban.

    ``ended_at`` is when it really ended, by time or by hand.
    """

    __tablename__ = "sanctions"
    __table_args__ = (
        UniqueConstraint("statement_id"),
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("state", (ACTIVE, EXPIRED, LIFTED)), name="state"),
        CheckConstraint(
            "(kind IN ('read_only', 'suspension')) = (ends_at IS NOT NULL)", name="ends_at"
        ),
        CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="ended_at"),
        CheckConstraint("imposed_by_id <> user_id", name="not_oneself"),
        CheckConstraint("lifted_by_id <> user_id", name="not_lifted_by_oneself"),
        Index("ix_sanctions_user_id", "user_id", "id"),
        Index("ix_sanctions_state_ends_at", "state", "ends_at"),
        # Of two moderators who impose the same at the same time, one is told.
        Index(
            "uq_sanctions_standing",
            "user_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'active' AND kind IN ('read_only', 'suspension', 'ban')"),
            postgresql_where=text(
                "state = 'active' AND kind IN ('read_only', 'suspension', 'ban')"
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(MEASURE_MAX_CHARS))
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    imposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lift_reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")

    @property
    def is_active(self) -> bool:
        return self.state == ACTIVE

    @property
    def is_restricting(self) -> bool:
        return self.is_active and self.kind in RESTRICTING


class SanctionWording(Base):
    """How administrators want a measure to be told in a language; without a row, as we wrote it."""

    __tablename__ = "sanction_wordings"

    measure: Mapped[str] = mapped_column(String(MEASURE_MAX_CHARS), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
