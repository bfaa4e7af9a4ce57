"""What was learned of spam: counts, and the decisions they come from."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from moderation.spam.bayes import Scale, Totals

SPAM, HAM = "spam", "ham"
LABELS = (SPAM, HAM)
THE_MODEL = 1


class SpamModel(Base):
    """What holds for all tokens; there is one row, made by the first lesson.

    ``salt`` goes into every token's hash, and is sealed: from the database alone nobody finds out
    which words were learned. ``reviewed_from`` and ``held_from`` are evidence in thousandths
    (``bayes.Scale``).
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

    @property
    def totals(self) -> Totals:
        return Totals(self.spam_count, self.ham_count)

    @property
    def scale(self) -> Scale:
        return Scale(self.reviewed_from, self.held_from)


class SpamToken(Base):
    """In how many texts of each kind a token was seen; ``hash`` is 63 bits, keyed by the salt."""

    __tablename__ = "spam_tokens"
    __table_args__ = (CheckConstraint("spam_count >= 0 AND ham_count >= 0", name="counts"),)

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    spam_count: Mapped[int] = mapped_column(default=0)
    ham_count: Mapped[int] = mapped_column(default=0)


class SpamLesson(Base):
    """What a moderator's decision on a post taught: the label, and the hashes that were counted.

    Kept so that it can be taken back exactly, whatever became of the post since.
    """

    __tablename__ = "spam_lessons"
    __table_args__ = (
        CheckConstraint("label IN ('spam', 'ham')", name="label"),
        Index("ix_spam_lessons_learned_at", "learned_at"),
    )

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    label: Mapped[str] = mapped_column(String(4))
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
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
