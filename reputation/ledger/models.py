"""Entries of the ledger, the accounts they belong to, and the rules they are booked by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

KEY_MAX_CHARS = 120
REFERENCE_MAX_CHARS = 60


class LedgerAccount(Base):
    """What a member's entries add up to, in each currency.

    Derived, kept with every booking. Its row is also the lock of the account: locking the member's
    own row instead would wait for requests, and they for us.
    """

    __tablename__ = "ledger_accounts"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    reputation: Mapped[int] = mapped_column(default=0)
    payback: Mapped[int] = mapped_column(default=0)


class LedgerEntry(Base):
    """A gain, a loss, or the reversal of one; the database refuses to change or delete it.

    ``occurred_at`` is when the cause happened, ``earned_on`` its day in UTC (a daily cap must not
    move with a setting), ``created_at`` when it was booked. A reversal repeats them, and everything
    else but the amount, of what it reverses. ``event_id`` is the event that made us look, without a
    foreign key: events are forgotten. ``key`` names what is booked and for which time, so that
    nothing is booked twice. Entries hold numbers of accounts and never a name.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("reverses_id"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("currency IN ('reputation', 'payback')", name="currency"),
        Index("ix_ledger_entries_user_id", "user_id", "id"),
        Index("ix_ledger_entries_user_id_earned_on", "user_id", "earned_on"),
        Index("ix_ledger_entries_post_id", "post_id", "user_id"),
        Index("ix_ledger_entries_giver_id", "giver_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cause: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int]
    rule_version: Mapped[int]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    giver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    event_id: Mapped[int | None]
    occurred_at: Mapped[datetime]
    earned_on: Mapped[date]
    matures_at: Mapped[datetime | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))
    key: Mapped[str] = mapped_column(String(KEY_MAX_CHARS))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RuleVersion(Base):
    """What is worth how many points in a currency, from an instant on.

    The database refuses to change or delete one; only one that has not begun can be withdrawn.
    ``amounts`` holds whole points by cause, ``promotion`` the fields of ``rules.Promotion``.
    """

    __tablename__ = "rule_versions"
    __table_args__ = (
        UniqueConstraint("currency", "version"),
        CheckConstraint("currency IN ('reputation', 'payback')", name="currency"),
        CheckConstraint("full_givers >= 0 AND later_kudos >= 0 AND daily_cap >= 0", name="numbers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    begins_at: Mapped[datetime]
    amounts: Mapped[dict[str, Any]] = mapped_column(JSON)
    full_givers: Mapped[int]
    later_kudos: Mapped[int]
    daily_cap: Mapped[int]
    matures_after_days: Mapped[int | None]
    promotion: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]


class PromotionBudget(Base):
    """How much of the budget of a promotion (of these rules) is given away; never more than it."""

    __tablename__ = "promotion_budgets"
    __table_args__ = (CheckConstraint("given BETWEEN 0 AND budget", name="given"),)

    currency: Mapped[str] = mapped_column(String(10), primary_key=True)
    rule_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    budget: Mapped[int]
    given: Mapped[int] = mapped_column(default=0)


class PromotionShare(Base):
    """What a promotion gives a member for a post: decided once, 0 where its budget was used up."""

    __tablename__ = "promotion_shares"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_promotion_shares_promotion", "currency", "rule_version"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    currency: Mapped[str] = mapped_column(String(10), primary_key=True)
    rule_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class LedgerExclusion(Base):
    """Two members who earn nothing by each other: they are one person, or made a ring.

    ``user_id`` is the smaller of the two. ``reference`` names why (``case:12``), and is what an
    exclusion is lifted by; several may stand for one pair.
    """

    __tablename__ = "ledger_exclusions"
    __table_args__ = (
        UniqueConstraint("user_id", "other_id", "reference"),
        CheckConstraint("user_id < other_id", name="order"),
        Index("ix_ledger_exclusions_other_id", "other_id"),
        Index("ix_ledger_exclusions_reference", "reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(REFERENCE_MAX_CHARS))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None]


class LedgerClosing(Base):
    """Books closed for good: what was earned before ``before`` is neither taken back nor added to.

    The latest one counts; the database refuses to change or delete one.
    """

    __tablename__ = "ledger_closings"
    __table_args__ = (UniqueConstraint("currency", "before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(10))
    before: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
