"""Support cases, what was written in them, and how they came about."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

SUBJECT_MAX_CHARS = 300
REASON_MAX_CHARS = 500
EMAIL_MAX_CHARS = 255
MESSAGE_ID_MAX_CHARS = 255
FILE_NAME_MAX_CHARS = 120

NEW, OPEN, PENDING, ON_HOLD = "new", "open", "pending", "on_hold"
RETURNED, SOLVED, CLOSED = "returned", "solved", "closed"
STATES = (NEW, OPEN, PENDING, ON_HOLD, RETURNED, SOLVED, CLOSED)
# The support team has it in hand; a returned case is the community's again.
IN_HAND = (NEW, OPEN, PENDING, ON_HOLD)

# Steps that only the team sees: another team has it, or it is as pressing as the rest says.
TEAM_STEP, PRIORITY_STEP = "team", "priority_"
CHANNELS = ("question", "mail", "form")

PUBLIC, PRIVATE, INTERNAL = "public", "private", "internal"
IN, OUT = "in", "out"

# What a solved case came to.
OUTCOMES = ("answered", "fixed", "workaround", "not_possible", "no_reply")
# What a case comes to that nobody of the team solved.
ANSWERED_BY_PEERS, MERGED, SPAM = "answered_by_peers", "merged", "spam"
CONTACT_REASONS = (
    "how_to",
    "fault",
    "account",
    "contract",
    "billing",
    "delivery",
    "complaint",
    "other",
)

FOLLOW_UP, MERGED_INTO, PARENT = "follow_up", "merged_into", "parent"

_LIVE = text("state <> 'closed'")
_UNPLACED = text("unplaced_at IS NOT NULL")


class SupportCase(Base):
    """Something the support team works on; at most one per question is not closed.

    ``requester_id`` is whom it is for, ``requester_email`` a stranger who wrote a mail. ``channel``
    is where it came from. ``board_id`` is the question's board, or the one that was chosen.
    ``outcome`` and ``contact_reason`` are set once it is solved. ``hold_reason`` says whom an
    ``on_hold`` case waits for. ``customer_at`` is when the customer last wrote, ``staff_at`` when
    the team last wrote to them. ``unplaced_at`` is since when a case that is to be given to
    somebody in turn waits for somebody to be free; None once anybody owned it.
    """

    __tablename__ = "support_cases"
    __table_args__ = (
        CheckConstraint(
            "state IN ('new', 'open', 'pending', 'on_hold', 'returned', 'solved', 'closed')",
            name="state",
        ),
        CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name="priority"),
        CheckConstraint("channel IN ('question', 'mail', 'form')", name="channel"),
        Index(
            "ix_support_cases_live_question",
            "question_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_support_cases_question_id", "question_id", "id"),
        Index("ix_support_cases_requester_email", "requester_email", "id"),
        Index("ix_support_cases_requester_id", "requester_id", "id"),
        Index("ix_support_cases_team_id", "team_id", "state", "id"),
        Index("ix_support_cases_owner_id", "owner_id", "state", "id"),
        Index("ix_support_cases_solved_at", "state", "solved_at"),
        Index(
            "ix_support_cases_unplaced_at",
            "unplaced_at",
            "id",
            sqlite_where=_UNPLACED,
            postgresql_where=_UNPLACED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"))
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    requester_email: Mapped[str | None] = mapped_column(String(EMAIL_MAX_CHARS))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX_CHARS))
    state: Mapped[str] = mapped_column(String(10), default=NEW)
    priority: Mapped[str] = mapped_column(String(10), default="normal")
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    language: Mapped[str] = mapped_column(String(5))
    channel: Mapped[str] = mapped_column(String(10), default="question")
    outcome: Mapped[str | None] = mapped_column(String(20))
    contact_reason: Mapped[str | None] = mapped_column(String(20))
    hold_reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    customer_at: Mapped[datetime | None]
    staff_at: Mapped[datetime | None]
    unplaced_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    @property
    def number(self) -> str:
        """What people call the case."""
        return f"C-{self.id}"

    @property
    def is_in_hand(self) -> bool:
        """Whether the support team has it in hand."""
        return self.state in IN_HAND


class CaseMessage(Base):
    """Something said in a case: to everybody, to the customer alone, or within the team.

    What is public is a post (``post_id``) and has no text here: it is gone here too when the post
    is. ``direction`` is "in" from the customer, "out" from the team. ``message_id`` is the
    mail's own, without angle brackets.
    """

    __tablename__ = "case_messages"
    __table_args__ = (
        CheckConstraint("kind IN ('public', 'private', 'internal')", name="kind"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("(kind = 'public') = (post_id IS NOT NULL)", name="public_is_a_post"),
        UniqueConstraint("case_id", "message_id"),
        UniqueConstraint("case_id", "post_id"),
        Index("ix_case_messages_case_id", "case_id", "id"),
        Index("ix_case_messages_message_id", "message_id"),
        Index("ix_case_messages_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(3))
    body: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    render_version: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str | None] = mapped_column(String(MESSAGE_ID_MAX_CHARS))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)


class CaseFile(Base):
    """A file that came with a message: seen by whoever may read that, and by nobody else.

    It lies in the database, so it comes, goes and is backed up with its message. ``content_type``
    is what its content was found to be, ``size_bytes`` how long it is. Pictures were made anew.
    """

    __tablename__ = "case_files"
    __table_args__ = (
        Index("ix_case_files_message_id", "message_id", "id"),
        Index("ix_case_files_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("case_messages.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(FILE_NAME_MAX_CHARS))
    content_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class CaseLink(Base):
    """Two cases that belong together: this one follows up, became part of, or is a part of that."""

    __tablename__ = "case_links"
    __table_args__ = (
        CheckConstraint("kind IN ('follow_up', 'merged_into', 'parent')", name="kind"),
        CheckConstraint("case_id <> other_id", name="two_cases"),
        UniqueConstraint("case_id", "kind", "other_id"),
        Index("ix_case_links_other_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    kind: Mapped[str] = mapped_column(String(12))
    other_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class CaseStep(Base):
    """What happened to a case and when, for its history and for whoever waits.

    ``what`` is the word for it: opened, escalated, assigned, the state it came to, or one of the
    steps that only the team sees. ``owner_id`` is whose it was from then on.
    """

    __tablename__ = "case_steps"
    __table_args__ = (Index("ix_case_steps_case_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    what: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class CasePresence(Base):
    """Who has a case open, and when they last typed into its composer; kept for minutes."""

    __tablename__ = "case_presences"
    __table_args__ = (Index("ix_case_presences_seen_at", "seen_at"),)

    case_id: Mapped[int] = mapped_column(
        ForeignKey("support_cases.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    typing_at: Mapped[datetime | None]


class Escalation(Base):
    """Why and when something was handed to the support team; once per trigger and occurrence.

    ``trigger`` is the rule that said so, or by whose hand; ``actor_id`` is None where a rule did.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("question_id", "trigger", "occurrence"),
        Index("ix_escalations_case_id", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    trigger: Mapped[str] = mapped_column(String(20))
    occurrence: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
