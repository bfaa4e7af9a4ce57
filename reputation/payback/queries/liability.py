"""What the operator owes, and what a period is going to cost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from community.core import clock
from community.core.db import db
from community.questions.models import Question
from reputation.ledger.models import LedgerEntry
from reputation.ledger.rules import EARNED, PAYBACK
from reputation.payback.models import Choice, LineState, PaybackPeriod, PayoutLine
from reputation.payback.queries.periods import get_period_before


@dataclass(frozen=True)
class Liability:
    """Amounts in minor units. ``owed`` is all balances, ``pending`` of it can be taken back yet.

    ``expiring`` lapses at the end of the period unless its owners choose. ``forecast`` is what the
    period will have brought at its end if it goes on as so far, ``carried`` included.
    ``cost_per_solution`` is what the period brought, by questions solved in it; None without any.
    """

    owed: int
    pending: int
    earned: int
    carried: int
    expiring: int
    forecast: int
    solved: int

    @property
    def confirmed(self) -> int:
        return self.owed - self.pending

    @property
    def cost_per_solution(self) -> int | None:
        return round(self.earned / self.solved) if self.solved else None


def get_liability(period: PaybackPeriod) -> Liability:
    """Return what is owed now, and what this period brings."""
    now = clock.now()
    owed, pending = _sums(now)
    earned = _earned_in(period)
    carried, expiring = _carried_into(period)
    return Liability(
        owed=owed,
        pending=pending,
        earned=earned,
        carried=carried,
        expiring=expiring,
        forecast=carried + _at_this_pace(period, earned, now),
        solved=_count_solved(period),
    )


def _sums(now: datetime) -> tuple[int, int]:
    pending = case((LedgerEntry.matures_at > now, LedgerEntry.amount), else_=0)
    query = select(
        func.coalesce(func.sum(LedgerEntry.amount), 0), func.coalesce(func.sum(pending), 0)
    ).where(LedgerEntry.currency == PAYBACK)
    owed, waiting = db.session.execute(query).one()
    return int(owed), int(waiting)


def _earned_in(period: PaybackPeriod) -> int:
    query = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.cause.in_(EARNED),
        LedgerEntry.occurred_at >= period.begins_at,
        LedgerEntry.occurred_at < period.ends_at,
    )
    return int(db.session.scalar(query) or 0)


def _carried_into(period: PaybackPeriod) -> tuple[int, int]:
    """Return what the lines before leave, and how much of that lapses at the end of this period."""
    before = get_period_before(period)
    if before is None:
        return 0, 0
    rest = PayoutLine.amount - PayoutLine.expired
    by_wish = PayoutLine.choice.is_(None) | (PayoutLine.choice == Choice.ROLL)
    lapses = (PayoutLine.state == LineState.ROLLED) & by_wish & (rest > 0)
    query = select(
        func.coalesce(func.sum(rest), 0),
        func.coalesce(func.sum(case((lapses, rest), else_=0)), 0),
    ).where(
        PayoutLine.period_id == before.id,
        PayoutLine.state.in_((LineState.ROLLED, LineState.HELD)),
    )
    carried, expiring = db.session.execute(query).one()
    return int(carried), int(expiring)


def _at_this_pace(period: PaybackPeriod, earned: int, now: datetime) -> int:
    length = period.ends_at - period.begins_at
    gone = min(max(now - period.begins_at, length / 200), length)
    return round(earned * (length / gone))


def _count_solved(period: PaybackPeriod) -> int:
    query = select(func.count()).where(
        Question.solved_at >= period.begins_at, Question.solved_at < period.ends_at
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class LineTotals:
    """How many lines of a period are in a state, and what they amount to."""

    state: str
    choice: str | None
    lines: int
    amount: int


def list_line_totals(period_id: int) -> list[LineTotals]:
    """Return the lines of a period by state and choice."""
    rest = PayoutLine.amount - PayoutLine.expired
    query = (
        select(PayoutLine.state, PayoutLine.choice, func.count(), func.sum(rest))
        .where(PayoutLine.period_id == period_id)
        .group_by(PayoutLine.state, PayoutLine.choice)
        .order_by(PayoutLine.state, PayoutLine.choice)
    )
    return [LineTotals(s, c, int(n), int(total)) for s, c, n, total in db.session.execute(query)]
