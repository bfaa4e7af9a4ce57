"""Drafts of rules and what simulating them has shown."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

RUNNING, DONE = "running", "done"


class RuleDraft(Base):
    """Rules that are being thought about; ``begins_on`` is a day of the site's zone.

    ``amounts`` holds whole points by cause, 0 for none, ``promotion`` the fields of an ``Offer``.
    Once it is published (``published_id``) or dropped it is not changed any more.
    """

    __tablename__ = "rule_drafts"
    __table_args__ = (
        UniqueConstraint("published_id"),
        CheckConstraint("currency IN ('reputation', 'payback')", name="currency"),
        CheckConstraint("full_givers >= 0 AND later_kudos >= 0 AND daily_cap >= 0", name="numbers"),
        CheckConstraint("published_id IS NULL OR dropped_at IS NULL", name="one_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(10))
    amounts: Mapped[dict[str, Any]] = mapped_column(JSON)
    full_givers: Mapped[int]
    later_kudos: Mapped[int]
    daily_cap: Mapped[int]
    matures_after_days: Mapped[int | None]
    promotion: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    begins_on: Mapped[date]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    dropped_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        return self.published_id is None and self.dropped_at is None


class RuleSimulation(Base):
    """One replay of the days from ``begins_on`` to ``ends_on`` (inclusive, in the site's zone).

    ``rules`` are the values as they were when it was asked for. It works through the members by
    id: ``after_id`` is the last one that ``summary`` holds.
    """

    __tablename__ = "rule_simulations"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done')", name="state"),
        CheckConstraint("begins_on <= ends_on", name="order"),
        Index("ix_rule_simulations_draft_id", "draft_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("rule_drafts.id"))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    after_id: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    finished_at: Mapped[datetime | None]
