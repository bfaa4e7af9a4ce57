"""Files that pay a period's lines, the payments in them, reports on them, and halts."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

REFERENCE_CHARS = 35
REASON_MAX_CHARS = 200
SAYS_MAX_CHARS = 200
DIGEST_CHARS = 64
LIVE = text("state IN ('exported', 'settled')")


class ItemState(StrEnum):
    """What became of one attempt to pay a line."""

    EXPORTED = "exported"
    SETTLED = "settled"
    FAILED = "failed"


class PayoutBatch(Base):
    """One file of one form (credit, cash, charity); the same bytes however often it is asked for.

    ``points`` is what its lines are worth and what leaves the ledger, ``total`` what is paid for
    them: more, where the operator matches gifts. ``sealed_file`` is None once every payment in it
    is decided: bank details are kept no longer than they are needed; ``file_digest`` (SHA-256)
    stays. ``number`` counts the files of a form in its period.
    """

    __tablename__ = "payout_batches"
    __table_args__ = (
        UniqueConstraint("period_id", "form", "number"),
        UniqueConstraint("message_id"),
        CheckConstraint("form IN ('credit', 'cash', 'charity')", name="form"),
        CheckConstraint("points > 0 AND total >= points", name="total"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payback_periods.id"))
    form: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    message_id: Mapped[str] = mapped_column(String(REFERENCE_CHARS))
    currency: Mapped[str] = mapped_column(String(3))
    points: Mapped[int]
    total: Mapped[int]
    items_count: Mapped[int]
    execute_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(String(80))
    file_digest: Mapped[str] = mapped_column(String(DIGEST_CHARS), default="")
    sealed_file: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]

    @property
    def record(self) -> str:
        """What the file is sealed for."""
        return f"payout_batches:{self.message_id}"


class PayoutItem(Base):
    """One attempt to pay one line. A line is never in two files at once: the database refuses it.

    ``reference`` comes back with the report on the payment; gifts to one charity share it, for they
    are one payment. ``matched`` is what the operator adds.
    """

    __tablename__ = "payout_items"
    __table_args__ = (
        UniqueConstraint("batch_id", "line_id"),
        CheckConstraint("amount > 0 AND matched >= 0", name="amount"),
        CheckConstraint("state IN ('exported', 'settled', 'failed')", name="state"),
        Index("ix_payout_items_batch_id_reference", "batch_id", "reference"),
        Index("ix_payout_items_line_id", "line_id"),
        Index(
            "uq_payout_items_live",
            "line_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batches.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("payout_lines.id"))
    reference: Mapped[str] = mapped_column(String(REFERENCE_CHARS))
    amount: Mapped[int]
    matched: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default=ItemState.EXPORTED.value)
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS), default="")
    decided_at: Mapped[datetime | None]


class SettlementImport(Base):
    """A report that was read: how many payments it settled, let fail, repeated, and got wrong."""

    __tablename__ = "settlement_imports"
    __table_args__ = (UniqueConstraint("batch_id", "file_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batches.id"))
    file_digest: Mapped[str] = mapped_column(String(DIGEST_CHARS))
    imported_at: Mapped[datetime] = mapped_column(default=clock.now)
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled: Mapped[int]
    failed: Mapped[int]
    repeated: Mapped[int]
    refused: Mapped[int]


class PayoutHalt(Base):
    """The books did not add up: nothing leaves until somebody has looked and lifted the halt."""

    __tablename__ = "payout_halts"
    __table_args__ = (Index("ix_payout_halts_lifted_at", "lifted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    says: Mapped[str] = mapped_column(String(SAYS_MAX_CHARS))
    found_at_place: Mapped[str] = mapped_column(String(SAYS_MAX_CHARS))
    halted_at: Mapped[datetime] = mapped_column(default=clock.now)
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
