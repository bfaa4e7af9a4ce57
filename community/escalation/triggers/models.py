"""When questions are handed over: boards' rules, what waits, what askers and words say."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

# Stands in ``answer_waits.hour`` for all hours of the day together.
ANY_HOUR = -1
DANGER, DATA_LEAK, LEAVING = "danger", "data_leak", "leaving"
ALARMS = (DANGER, DATA_LEAK, LEAVING)
TAGS_MAX_CHARS = 500


class AnswerWait(Base):
    """How long questions of a board waited for a first answer, by the hour they were asked at.

    ``hour`` is that of the site's zone, or ``ANY_HOUR``. Half of the questions had an answer after
    ``median_minutes``, nine of ten after ``most_minutes``; None where fewer got any. Derived.
    """

    __tablename__ = "answer_waits"
    __table_args__ = (CheckConstraint("hour BETWEEN -1 AND 23", name="hour"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    median_minutes: Mapped[int | None]
    most_minutes: Mapped[int | None]
    questions_count: Mapped[int]


class HandoverRule(Base):
    """When questions of a board are handed to the support team, where that differs from the usual.

    Hours are business hours. ``urgent_tags`` are names, one a line; a question with one of them is
    urgent, and so is every question where ``is_urgent``. So many me-toos within a day
    (``me_too_count``) are a spike; 0 for never. With ``is_on`` off only people hand over.
    """

    __tablename__ = "handover_rules"
    __table_args__ = (
        CheckConstraint("normal_hours > 0 AND urgent_hours > 0", name="hours"),
        CheckConstraint("me_too_count >= 0", name="me_too_count"),
    )

    board_id: Mapped[int] = mapped_column(
        ForeignKey("boards.id"), primary_key=True, autoincrement=False
    )
    is_on: Mapped[bool] = mapped_column(default=True)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    urgent_tags: Mapped[str] = mapped_column(String(TAGS_MAX_CHARS), default="")
    normal_hours: Mapped[int]
    urgent_hours: Mapped[int]
    me_too_count: Mapped[int]


class WaitingQuestion(Base):
    """A question nobody else has answered, and when it is handed over unless somebody does.

    Derived from the question and its board's rule. The sweep takes the row away as it hands the
    question over; whatever changes the question writes it anew, or takes it away.
    """

    __tablename__ = "waiting_questions"
    __table_args__ = (Index("ix_waiting_questions_due_at", "due_at", "question_id"),)

    question_id: Mapped[int] = mapped_column(
        ForeignKey("questions.id"), primary_key=True, autoincrement=False
    )
    due_at: Mapped[datetime]


class UnsolvedReport(Base):
    """An asker said that their question is still not solved; once per ``source``.

    ``source`` is the event that said so, or the newest answer they had when they said it by hand.
    """

    __tablename__ = "unsolved_reports"
    __table_args__ = (UniqueConstraint("question_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    source: Mapped[str] = mapped_column(String(40))
    said_at: Mapped[datetime] = mapped_column(default=clock.now)


class AlarmWords(Base):
    """Words that hand a question over at once, one a line, where they differ from the usual."""

    __tablename__ = "alarm_words"
    __table_args__ = (
        CheckConstraint("kind IN ('danger', 'data_leak', 'leaving')", name="kind"),
        CheckConstraint("language IN ('de', 'en')", name="language"),
    )

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
