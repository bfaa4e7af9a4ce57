"""What was learned of spam: counts, and the decisions they come from."""

from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from moderation.spam.bayes import Scale, Totals

SPAM, HAM = "spam", "ham"
LABELS = (SPAM, HAM)
THE_MODEL = 1
RUNNING, DONE, UNDOING, UNDONE = "running", "done", "undoing", "undone"
UNDO_WITHIN = timedelta(hours=24)


class SpamModel(Base):
    """What holds for all tokens; there is one row, made by the first lesson.

    ``salt`` goes into every token's hash, and is sealed: from the database alone nobody finds out
    which words were learned. ``reviewed_from`` and ``held_from`` are evidence in thousandths
    (``bayes.Scale``). ``is_weighed`` says that lessons have weights; until then they are counted.
    """

    __tablename__ = "spam_models"
    __table_args__ = (
        CheckConstraint("spam_count >= 0 AND ham_count >= 0", name="counts"),
        CheckConstraint("reviewed_from <= held_from", name="scale"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(200))
    spam_count: Mapped[int] = mapped_column(default=0)
    ham_count: Mapped[int] = mapped_column(default=0)
    reviewed_from: Mapped[int] = mapped_column(default=Scale().reviewed)
    held_from: Mapped[int] = mapped_column(default=Scale().held)
    is_weighed: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def totals(self) -> Totals:
        return Totals(self.spam_count, self.ham_count)

    @property
    def scale(self) -> Scale:
        return Scale(self.reviewed_from, self.held_from)


class SpamToken(Base):
    """In how many texts of each kind a token was seen; ``hash`` is 63 bits, keyed by the salt.

    ``weight`` is what those lessons weigh together, in millionths (``weighing``).
    """

    __tablename__ = "spam_tokens"
    __table_args__ = (CheckConstraint("spam_count >= 0 AND ham_count >= 0", name="counts"),)

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    spam_count: Mapped[int] = mapped_column(default=0)
    ham_count: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class SpamLesson(Base):
    """What a moderator's decision on a text taught: the label, and the hashes that were counted.

    Of a post, or of a change of it that waited: ``suggestion_id``, else 0, without a foreign key,
    for those that were refused are forgotten. Kept so that it can be taken back exactly, whatever
    became of the text since: ``weight`` is what it added to each of its tokens.
    """

    __tablename__ = "spam_lessons"
    __table_args__ = (
        CheckConstraint("label IN ('spam', 'ham')", name="label"),
        Index("ix_spam_lessons_learned_at", "learned_at"),
    )

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    suggestion_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    label: Mapped[str] = mapped_column(String(4))
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    weight: Mapped[int] = mapped_column(default=0, server_default="0")
    learned_at: Mapped[datetime] = mapped_column(default=clock.now)


class TextMark(Base):
    """One of the marks by which near copies of a post are found (``facts``); kept for a month."""

    __tablename__ = "text_marks"
    __table_args__ = (
        Index("ix_text_marks_mark", "mark", "post_id"),
        Index("ix_text_marks_marked_at", "marked_at"),
    )

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)


class SpamCleanup(Base):
    """One press that hid all a spammer wrote and shut them out, and what it takes to undo that.

    running → done → undoing → undone; undone may begin while it runs. ``sanction_id`` is the
    suspension it imposed, None where one was in force; ``case_id`` the case it was pressed from.
    ``cursor`` is the last post that was looked at. Neither id has a foreign key: cases are
    forgotten, and sanctions are another package's.
    """

    __tablename__ = "spam_cleanups"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'undoing', 'undone')", name="state"),
        Index("ix_spam_cleanups_user_id", "user_id", "id"),
        # Of two who press at once, one is told.
        Index(
            "uq_spam_cleanups_at_work",
            "user_id",
            unique=True,
            sqlite_where=text("state IN ('running', 'undoing')"),
            postgresql_where=text("state IN ('running', 'undoing')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    sanction_id: Mapped[int | None]
    case_id: Mapped[int | None]
    cursor: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]

    @property
    def is_undoable(self) -> bool:
        """Whether it can be taken back still: for a day, once."""
        return self.state in (RUNNING, DONE) and clock.now() < self.started_at + UNDO_WITHIN


class CleanedPost(Base):
    """A post that a clean-up hid: what it was before, and the removal by which it is known."""

    __tablename__ = "cleaned_posts"

    cleanup_id: Mapped[int] = mapped_column(ForeignKey("spam_cleanups.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    visibility: Mapped[str] = mapped_column(String(10))
    removal_id: Mapped[int] = mapped_column(ForeignKey("removals.id"))
    settled_at: Mapped[datetime | None]


class CleanedCase(Base):
    """A case that a clean-up decided along; without a foreign key, for cases are forgotten."""

    __tablename__ = "cleaned_cases"

    cleanup_id: Mapped[int] = mapped_column(ForeignKey("spam_cleanups.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
