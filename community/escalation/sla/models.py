"""SLA policies, the clocks of support cases, and what happened to each clock."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from community.escalation.sla.timing import Timing

NAME_MAX_CHARS = 60
ADDRESS_MAX_CHARS = 255
URL_MAX_CHARS = 500
REASON_MAX_CHARS = 80

# The most pressing first.
PRIORITIES = ("urgent", "high", "normal", "low")
FIRST, NEXT, RESOLUTION = "first", "next", "resolution"
CLOCK_KINDS = (FIRST, NEXT, RESOLUTION)

RUNNING, PAUSED, WARNED = "running", "paused", "warned"
MET, BREACHED, CANCELLED = "met", "breached", "cancelled"
# What can still be kept.
TICKING = (RUNNING, WARNED)

# The steps of the ladder after a breach: whose case it is, the team's lead, the world outside.
TO_OWNER, TO_LEAD, TO_OUTSIDE = 1, 2, 3

_OPEN = text("ended_at IS NULL")
_MISSABLE = text("next_at IS NOT NULL AND breached_at IS NULL")
_FALLBACK = text("is_fallback")
_USED = text("NOT is_retired")


class SlaPolicy(Base):
    """Within what business time the team answers and solves cases that meet some conditions.

    ``conditions`` maps ``teams``, ``boards``, ``priorities``, ``languages`` and ``channels`` to
    what a case must have one of; empty means any. ``targets`` maps a priority to minutes by kind of
    clock; a kind that is missing is not promised. Policies are tried in the order of ``position``;
    the fallback fits every case and comes last. A retired one chooses nothing any more. The ladder:
    the team's lead is told ``lead_after_minutes`` of business time after the breach, the alarm
    addresses ``outside_after_minutes`` later. With ``restarts_next`` every message of the
    customer starts the next-answer clock anew; without, the oldest unanswered one counts.
    """

    __tablename__ = "sla_policies"
    __table_args__ = (
        Index(
            "ix_sla_policies_name",
            "name",
            unique=True,
            sqlite_where=_USED,
            postgresql_where=_USED,
        ),
        CheckConstraint("lead_after_minutes > 0 AND outside_after_minutes > 0", name="ladder"),
        Index(
            "ix_sla_policies_is_fallback",
            "is_fallback",
            unique=True,
            sqlite_where=_FALLBACK,
            postgresql_where=_FALLBACK,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    position: Mapped[int]
    is_fallback: Mapped[bool] = mapped_column(default=False)
    is_retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    targets: Mapped[dict[str, Any]] = mapped_column(JSON)
    restarts_next: Mapped[bool] = mapped_column(default=True)
    lead_after_minutes: Mapped[int] = mapped_column(default=30)
    outside_after_minutes: Mapped[int] = mapped_column(default=60)
    alarm_email: Mapped[str] = mapped_column(String(ADDRESS_MAX_CHARS), default="")
    alarm_url: Mapped[str] = mapped_column(String(URL_MAX_CHARS), default="")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class CaseFacts(NamedTuple):
    """What of a support case chooses its policy and its calendar."""

    case_id: int
    team_id: int
    board_id: int | None
    priority: str
    language: str
    channel: str


class SlaClock(Base):
    """A deadline of a case: one open clock a case and kind.

    ``spent_seconds`` is business time up to ``counting_since``, which is empty while the clock
    stands still. ``warned_at`` is when it was said that the deadline is near. ``next_at`` is when
    the sweep has to look: at the warning, the deadline, or the next ``step`` of the ladder. A
    breached clock stays breached; ``ended_at`` says since when nobody waits any more. The facts of
    the case are those it was reckoned with last.
    """

    __tablename__ = "sla_clocks"
    __table_args__ = (
        CheckConstraint("kind IN ('first', 'next', 'resolution')", name="kind"),
        CheckConstraint(
            "state IN ('running', 'paused', 'warned', 'met', 'breached', 'cancelled')",
            name="state",
        ),
        Index(
            "ix_sla_clocks_open",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_sla_clocks_case_id", "case_id", "id"),
        Index("ix_sla_clocks_next_at", "next_at", "id"),
        # The report is counted from this index alone, and its lists follow it.
        Index(
            "ix_sla_clocks_started_at",
            *("started_at", "id", "kind", "state", "due_at"),
            *("team_id", "policy_id", "priority", "board_id", "channel"),
        ),
        Index(
            "ix_sla_clocks_due_at",
            "due_at",
            "id",
            sqlite_where=_MISSABLE,
            postgresql_where=_MISSABLE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policies.id"))
    policy_version: Mapped[int]
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendars.id"))
    calendar_version: Mapped[int]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"))
    priority: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    channel: Mapped[str] = mapped_column(String(10))
    target_minutes: Mapped[int]
    spent_seconds: Mapped[int] = mapped_column(default=0)
    counting_since: Mapped[datetime | None]
    started_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    step: Mapped[int] = mapped_column(default=0)
    warned_at: Mapped[datetime | None]
    pause_reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    breached_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def timing(self) -> Timing:
        """How the clock runs."""
        spent = timedelta(seconds=self.spent_seconds)
        return Timing(self.target_minutes, spent, self.counting_since)

    @property
    def facts(self) -> CaseFacts:
        """The facts the clock was reckoned with."""
        return CaseFacts(
            case_id=self.case_id,
            team_id=self.team_id,
            board_id=self.board_id,
            priority=self.priority,
            language=self.language,
            channel=self.channel,
        )

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for what this clock measures."""
        return self.ended_at is None


class SlaEvent(Base):
    """What happened to a clock and when; never changed.

    ``what`` is started, paused, resumed, restarted, reopened, recomputed, warned, breached,
    climbed, met, late or cancelled; ``reason`` the code of why. The rest is what held from then on.
    """

    __tablename__ = "sla_events"
    __table_args__ = (
        Index("ix_sla_events_case_id", "case_id", "id"),
        Index("ix_sla_events_clock_id", "clock_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clocks.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    state: Mapped[str] = mapped_column(String(10))
    step: Mapped[int] = mapped_column(default=0)
    due_before: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    target_minutes: Mapped[int]
    spent_seconds: Mapped[int]
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policies.id"))
    policy_version: Mapped[int]
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendars.id"))
    calendar_version: Mapped[int]
