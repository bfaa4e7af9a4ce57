"""Questions, answers and the facts about them, each a row with who and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from community.posts.models import Post

ALL_TAGS = 0
STATUSES = ("open", "answered", "solved", "support", "closed")
POSITIVE_CLOSE_REASONS = (
    "solved_elsewhere",
    "incident_over",
    "no_longer_needed",
    "handled_privately",
)
STAFF_CLOSE_REASONS = (
    "duplicate",
    "needs_details",
    "needs_focus",
    "off_topic",
    "no_response",
    "policy",
)
CLOSE_REASONS = POSITIVE_CLOSE_REASONS + STAFF_CLOSE_REASONS


class Question(Post):
    """A customer's question.

    ``status`` and the counters are derived from rows and kept by ``questions.status`` alone.
    ``board_id`` and ``created_at`` are repeated here (``place_id``, ``asked_at``) so that lists
    are found by one index. ``awaits_asker`` says that facts were asked for and not yet given,
    ``last_by_asker`` that the newest published post is the asker's own. ``imported_me_toos`` counts
    those whose names a source hides; ``me_too_count`` is them plus the rows here. ``slow_minutes``
    is how long a member waits between two posts on this question, until ``slow_until`` if that is
    set; None where nobody does. ``support_since`` is since when the support team has it in hand.
    ``ended_at`` is when it was closed by time alone, solved or because nobody wrote any more;
    ``reopened_at`` when somebody last opened it again. Until ``spotlight_until`` helpers are asked
    to look at it; what they answer until then earns them more if it is accepted.
    """

    __tablename__ = "questions"
    __mapper_args__ = {"polymorphic_identity": "question"}
    __table_args__ = (
        CheckConstraint(
            "status IN ('open', 'answered', 'solved', 'support', 'closed')", name="status"
        ),
        Index("ix_questions_place_id_asked_at", "place_id", "asked_at", "id"),
        Index("ix_questions_place_id_status", "place_id", "status", "asked_at", "id"),
        Index("ix_questions_status_asked_at", "status", "asked_at", "id"),
        Index("ix_questions_place_id_last_activity_at", "place_id", "last_activity_at", "id"),
        Index("ix_questions_asked_at", "asked_at", "id"),
        Index(
            "ix_questions_awaits_asker",
            "asked_at",
            "id",
            sqlite_where=text("awaits_asker IS 1"),
            postgresql_where=text("awaits_asker IS true"),
        ),
        Index("ix_questions_last_activity_at", "last_activity_at", "id"),
        Index(
            "ix_questions_slow_until",
            "slow_until",
            sqlite_where=text("slow_until IS NOT NULL"),
            postgresql_where=text("slow_until IS NOT NULL"),
        ),
        Index(
            "ix_questions_quiet",
            "status",
            "last_activity_at",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_questions_last_by_asker", "last_by_asker", "last_activity_at", "id"),
        Index(
            "ix_questions_spotlight",
            "asked_at",
            "id",
            sqlite_where=text("spotlight_until IS NOT NULL"),
            postgresql_where=text("spotlight_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    slug: Mapped[str] = mapped_column(String(80))
    excerpt: Mapped[str] = mapped_column(String(300), default="")
    place_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    status: Mapped[str] = mapped_column(String(10), default="open")
    answers_count: Mapped[int] = mapped_column(default=0)
    me_too_count: Mapped[int] = mapped_column(default=0)
    imported_me_toos: Mapped[int] = mapped_column(default=0)
    last_activity_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_by_asker: Mapped[bool] = mapped_column(default=True)
    awaits_asker: Mapped[bool] = mapped_column(default=False)
    is_locked: Mapped[bool] = mapped_column(default=False)
    slow_minutes: Mapped[int | None]
    slow_until: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    support_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    spotlight_until: Mapped[datetime | None]


class Answer(Post):
    """An answer to a question (``root_id``)."""

    __tablename__ = "answers"
    __mapper_args__ = {"polymorphic_identity": "answer"}

    id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)


class Acceptance(Base):
    """An answer accepted as a solution. ``place`` 1 stands under the question; at most three.

    What was ``imported`` was accepted elsewhere and earns nothing here. ``asker_id`` is who
    asked the question it was accepted on, where that became part of another one; None elsewhere.
    ``spotlit`` says that it was written while its question was in the spotlight.
    """

    __tablename__ = "acceptances"
    __table_args__ = (
        UniqueConstraint("answer_id"),
        UniqueConstraint("question_id", "place"),
        CheckConstraint("place BETWEEN 1 AND 3", name="place"),
        Index("ix_acceptances_accepted_at", "accepted_at"),
        Index("ix_acceptances_accepted_by_id", "accepted_by_id"),
        Index("ix_acceptances_asker_id", "asker_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    place: Mapped[int] = mapped_column(default=1)
    accepted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    imported: Mapped[bool] = mapped_column(default=False, server_default=false())
    spotlit: Mapped[bool] = mapped_column(default=False, server_default=false())
    accepted_at: Mapped[datetime] = mapped_column(default=clock.now)


class LikelySolution(Base):
    """An answer that seems to have solved its question while the asker says nothing.

    ``signed_at`` is when the newest sign of that came. ``due_at`` is from when on the asker counts
    as silent; None where nothing waits for anybody's word. Who looked and found that it is none
    ``refused`` it: it stays out until a newer sign comes.
    """

    __tablename__ = "likely_solutions"
    __table_args__ = (
        Index("ix_likely_solutions_due_at", "due_at", "answer_id"),
        Index("ix_likely_solutions_refused_by_id", "refused_by_id"),
    )

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    asker_thanked: Mapped[bool]
    signed_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    refused_at: Mapped[datetime | None]


class TopicStanding(Base):
    """How many best answers a member has on a board: to questions with a tag, or to all of them
    (``ALL_TAGS``). Derived, and kept by ``operations.topics`` alone."""

    __tablename__ = "topic_standings"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    tag_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    board_id: Mapped[int] = mapped_column(
        ForeignKey("boards.id"), primary_key=True, autoincrement=False
    )
    solved_count: Mapped[int]


class LapsedAcceptance(Base):
    """How an answer was accepted that was deleted: should it come back, it is accepted again."""

    __tablename__ = "lapsed_acceptances"

    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), primary_key=True)
    accepted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    imported: Mapped[bool]
    spotlit: Mapped[bool] = mapped_column(default=False, server_default=false())
    accepted_at: Mapped[datetime]


class FollowUp(Base):
    """A question that goes on where an earlier one ended."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index("ix_follow_ups_earlier_id", "earlier_id", "question_id"),)

    question_id: Mapped[int] = mapped_column(
        ForeignKey("questions.id"), primary_key=True, autoincrement=False
    )
    earlier_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))


class Closure(Base):
    """A question resolved or closed without a best answer, with its reason."""

    __tablename__ = "closures"
    __table_args__ = (UniqueConstraint("question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    reason: Mapped[str] = mapped_column(String(30))
    note: Mapped[str] = mapped_column(String(500), default="")
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime] = mapped_column(default=clock.now)


class InfoRequest(Base):
    """A request for more facts; it ends with the asker's next post."""

    __tablename__ = "info_requests"
    __table_args__ = (Index("ix_info_requests_question_id", "question_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]


class Lock(Base):
    """A question that takes no more posts; ``until`` is when that ends by itself, if it does."""

    __tablename__ = "locks"
    __table_args__ = (UniqueConstraint("question_id"), Index("ix_locks_until", "until"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    locked_at: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime | None]


class Pin(Base):
    """A question that stands first in its board's list, or with ``scope`` "site" in all of them.

    It ends by itself: past ``until`` the row counts for nothing.
    """

    __tablename__ = "pins"
    __table_args__ = (
        UniqueConstraint("question_id"),
        CheckConstraint("scope IN ('board', 'site')", name="scope"),
        Index("ix_pins_until", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    scope: Mapped[str] = mapped_column(String(5))
    until: Mapped[datetime]
    pinned_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    pinned_at: Mapped[datetime] = mapped_column(default=clock.now)


class MeToo(Base):
    """Another member with the same problem."""

    __tablename__ = "me_toos"
    __table_args__ = (
        UniqueConstraint("question_id", "user_id"),
        Index("ix_me_toos_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class DuplicateLink(Base):
    """Two questions that are one and the same problem; ``original_id`` is the one to read."""

    __tablename__ = "duplicate_links"
    __table_args__ = (
        UniqueConstraint("question_id", "original_id"),
        Index("ix_duplicate_links_original_id", "original_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    original_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class DuplicateProposal(Base):
    """Somebody's word that a question was asked before, and what its asker says to that.

    Of a question at most one is undecided (without ``ended_at``). ``answer`` is "helps" or
    "differs", with the asker's sentence in ``answer_note``; ``outcome`` what became of it.
    """

    __tablename__ = "duplicate_proposals"
    __table_args__ = (
        CheckConstraint("answer IN ('helps', 'differs')", name="answer"),
        CheckConstraint("outcome IN ('closed', 'kept', 'withdrawn', 'moot')", name="outcome"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        Index("ix_duplicate_proposals_question_id", "question_id"),
        Index(
            "ix_duplicate_proposals_open",
            "question_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    original_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str | None] = mapped_column(String(7))
    answer_note: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(9))
    ended_at: Mapped[datetime | None]


class DuplicateVoice(Base):
    """A member who says the same as a proposal; the first voice is that of who proposed it."""

    __tablename__ = "duplicate_voices"
    __table_args__ = (UniqueConstraint("proposal_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("duplicate_proposals.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Regrouping(Base):
    """Posts that were put together differently: questions merged or split, answers made comments.

    ``source_id`` is the question they came from and ``target_id`` the one they went to (the same
    where a post only changed its kind); ``post_id`` is the post it is about, where that is one.
    ``carried`` holds the ids of all changed rows, with what they were: undoing brings each back.
    """

    __tablename__ = "regroupings"
    __table_args__ = (
        CheckConstraint("kind IN ('merge', 'split', 'answer', 'comment')", name="kind"),
        Index(
            "ix_regroupings_merged",
            "source_id",
            unique=True,
            sqlite_where=text("kind = 'merge' AND undone_at IS NULL"),
            postgresql_where=text("kind = 'merge' AND undone_at IS NULL"),
        ),
        Index("ix_regroupings_source_id", "source_id", "id"),
        Index("ix_regroupings_target_id", "target_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(7))
    source_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    carried: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
