"""Periods, what each member is owed in them, charities, and where cash goes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NAME_MAX_CHARS = 80
REASON_MAX_CHARS = 200
REFERENCE_MAX_CHARS = 120
DIGEST_CHARS = 64


class PeriodState(StrEnum):
    """How far a period has come; months are closed while it is open.

    ``LOCKING`` is on the way from the choice window to ``LOCKED``: the books are closed and nobody
    can choose any more, but not every line is final yet. Source: product rules 4.2.
    """

    OPEN = "open"
    CALCULATED = "calculated"
    STATEMENTS_ISSUED = "statements_issued"
    CHOICE_WINDOW = "choice_window"
    LOCKING = "locking"
    LOCKED = "locked"
    APPROVED = "approved"
    PAYING = "paying"
    PAID = "paid"
    CLOSED = "closed"


class LineState(StrEnum):
    """What became of a member's share of a period."""

    UNCHOSEN = "unchosen"
    CHOSEN = "chosen"
    HELD = "held"
    APPROVED = "approved"
    EXPORTED = "exported"
    SETTLED = "settled"
    FAILED = "failed"
    RETRIED = "retried"
    ROLLED = "rolled"
    EXPIRED = "expired"


class Choice(StrEnum):
    """What a member wants done with their share."""

    CREDIT = "credit"
    CASH = "cash"
    CHARITY = "charity"
    ROLL = "roll"


class CharityState(StrEnum):
    """Whether points can be given to a charity."""

    NOMINATED = "nominated"
    APPROVED = "approved"
    RETIRED = "retired"


class PaybackPeriod(Base):
    """Half a year ``[begins_at, ends_at)``; the first one may be shorter.

    ``version`` grows with every change of state, for compare-and-set. ``prepared_by_id`` locked the
    list, ``approved_by_id`` is the second person. ``list_digest`` is the SHA-256 of the locked
    lines in hexadecimal (see ``lines.digest_of``).
    """

    __tablename__ = "payback_periods"
    __table_args__ = (
        UniqueConstraint("begins_at"),
        Index("ix_payback_periods_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default=PeriodState.OPEN.value)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    calculated_at: Mapped[datetime | None]
    statements_issued_at: Mapped[datetime | None]
    choice_opened_at: Mapped[datetime | None]
    choice_ends_at: Mapped[datetime | None]
    locking_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    paying_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    list_digest: Mapped[str | None] = mapped_column(String(DIGEST_CHARS))


class MonthClose(Base):
    """A month of a period, closed: what was booked in it is on its statements.

    Totals are of all members' payback entries that were booked in ``[begins_at, ends_at)``:
    ``gained`` all that is not taken back, ``taken_back`` all reversals (negative),
    ``entries_count`` and ``members_count`` how many.
    """

    __tablename__ = "month_closes"
    __table_args__ = (UniqueConstraint("period_id", "begins_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payback_periods.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime] = mapped_column(default=clock.now)
    gained: Mapped[int]
    taken_back: Mapped[int]
    entries_count: Mapped[int]
    members_count: Mapped[int]


class Charity(Base):
    """Somebody good that members proposed; points can be given to it once it is approved.

    ``match_percent`` is what the operator adds to each gift: 100 doubles it.
    """

    __tablename__ = "charities"
    __table_args__ = (
        UniqueConstraint("name_key"),
        CheckConstraint("match_percent >= 0", name="match_percent"),
        CheckConstraint("state IN ('nominated', 'approved', 'retired')", name="state"),
        Index("ix_charities_nominated_by_id", "nominated_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    name_key: Mapped[str] = mapped_column(String(NAME_MAX_CHARS * 2))
    state: Mapped[str] = mapped_column(String(10), default=CharityState.NOMINATED.value)
    match_percent: Mapped[int] = mapped_column(default=0)
    nominated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    nominated_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]


class CharityVote(Base):
    """A member's wish that a charity be on the list."""

    __tablename__ = "charity_votes"
    __table_args__ = (Index("ix_charity_votes_user_id", "user_id"),)

    charity_id: Mapped[int] = mapped_column(ForeignKey("charities.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    voted_at: Mapped[datetime] = mapped_column(default=clock.now)


class PayoutLine(Base):
    """What a member is owed for a period, and what becomes of it.

    ``earned`` occurred in the period; ``carried`` is left from the line before, of which
    ``lapsing`` was rolled once already. ``amount`` is both together. ``expired`` lapsed when the
    list was locked and is not paid: ``amount - expired`` is. ``matched`` is what the operator adds
    to a gift, fixed at the lock. Until ``locked_at`` is set the numbers
    are those of the last calculation; then they are final and only ``state`` changes.
    ``decided`` is the state at the lock and ``why`` says why a wish was not followed (``lines``).
    ``account_digest`` is what ``payout_details`` held at the lock, where cash was chosen.
    """

    __tablename__ = "payout_lines"
    __table_args__ = (
        UniqueConstraint("period_id", "user_id"),
        CheckConstraint("amount = earned + carried", name="amount"),
        CheckConstraint("lapsing >= 0 AND expired >= 0", name="lapsing"),
        Index("ix_payout_lines_user_id", "user_id", "period_id"),
        Index("ix_payout_lines_period_id_state", "period_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payback_periods.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    earned: Mapped[int]
    carried: Mapped[int]
    lapsing: Mapped[int] = mapped_column(default=0)
    amount: Mapped[int]
    expired: Mapped[int] = mapped_column(default=0)
    matched: Mapped[int] = mapped_column(default=0)
    choice: Mapped[str | None] = mapped_column(String(10))
    charity_id: Mapped[int | None] = mapped_column(ForeignKey("charities.id"))
    account_digest: Mapped[str | None] = mapped_column(String(DIGEST_CHARS))
    decided: Mapped[str | None] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=LineState.UNCHOSEN.value)
    version: Mapped[int] = mapped_column(default=1)
    calculated_at: Mapped[datetime] = mapped_column(default=clock.now)
    chosen_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """The key of the ledger entry that pays this line; there is one for each line."""
        return f"payout:{self.id}"

    @property
    def payable(self) -> int:
        """What is paid, or carried on, in minor units."""
        return self.amount - self.expired


class PayoutDetails(Base):
    """Where a member wants cash to go; holder and IBAN are sealed (see ``accounts``)."""

    __tablename__ = "payout_details"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    holder: Mapped[str] = mapped_column(String(400))
    iban: Mapped[str] = mapped_column(String(200))
    iban_ending: Mapped[str] = mapped_column(String(4))
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


class PaybackHold(Base):
    """A reason not to pay somebody for now; ``reference`` names the case it belongs to."""

    __tablename__ = "payback_holds"
    __table_args__ = (
        Index(
            "uq_payback_holds_standing",
            "user_id",
            "reference",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(REASON_MAX_CHARS))
    reference: Mapped[str] = mapped_column(String(REFERENCE_MAX_CHARS))
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class PaybackNotice(Base):
    """A mail about a period that a member was sent; each kind goes out once."""

    __tablename__ = "payback_notices"
    __table_args__ = (UniqueConstraint("period_id", "user_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payback_periods.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(30))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
