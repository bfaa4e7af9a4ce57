"""Texts that customers were asked to let be published, and what they said to it."""

import json
from datetime import datetime
from hashlib import sha256

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

TITLE_MAX_CHARS = 300
TAGS_MAX_CHARS = 300
HASH_CHARS = 64

AGREED, DECLINED, WITHDRAWN = "agreed", "declined", "withdrawn"
# How somebody said so: by the link of the mail, or signed in on a page.
LINK, PAGE = "link", "page"

_WAITING = text("answer = ''")


class Publication(Base):
    """One masked text; at most one per case waits for an answer ("").

    ``customer_id`` is who was asked; a stranger's address is kept as ``address_hash`` alone, keyed.
    ``text_hash`` is that of what they read, ``way`` how they answered, ``is_named`` whether their
    name stands above the question. ``question_id`` is what became of it.
    """

    __tablename__ = "case_publications"
    __table_args__ = (
        CheckConstraint("answer IN ('', 'agreed', 'declined', 'withdrawn')", name="answer"),
        CheckConstraint("way IN ('', 'link', 'page')", name="way"),
        CheckConstraint("(answer = 'agreed') = (question_id IS NOT NULL)", name="published"),
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        Index(
            "ix_case_publications_waiting",
            "case_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_case_publications_case_id", "case_id", "id"),
        Index("ix_case_publications_customer_id", "customer_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    address_hash: Mapped[str | None] = mapped_column(String(HASH_CHARS))
    title: Mapped[str] = mapped_column(String(TITLE_MAX_CHARS))
    body: Mapped[str] = mapped_column(Text)
    tags: Mapped[str] = mapped_column(String(TAGS_MAX_CHARS), default="")
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    language: Mapped[str] = mapped_column(String(5))
    text_hash: Mapped[str] = mapped_column(String(HASH_CHARS))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(String(10), default="")
    way: Mapped[str] = mapped_column(String(4), default="")
    is_named: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))

    @property
    def is_intact(self) -> bool:
        """Whether the text is still word by word what was asked for."""
        here = hash_of_text(self.title, self.body, self.tags, self.board_id, self.language)
        return here == self.text_hash


def hash_of_text(title: str, body: str, tags: str, board_id: int, language: str) -> str:
    """Return what stands for one exact text with its place."""
    return sha256(json.dumps([title, body, tags, board_id, language]).encode()).hexdigest()
