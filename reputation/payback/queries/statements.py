"""Statements: what was booked for a member in a month, or occurred in a period.

They are computed and not stored. Nothing can be booked in the past, so what a closed month shows
stays as it was when it was closed; ``verify`` compares its totals.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from community.core import clock
from community.core.authz import Viewer
from community.core.db import AnySelect, db
from community.posts.models import Post
from community.posts.visibility import post_is_visible
from community.questions.models import Question
from reputation.ledger.models import LedgerEntry
from reputation.ledger.queries import is_original, is_standing
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import EARNED, KUDOS, PAYBACK
from reputation.payback.models import PaybackPeriod, PayoutLine

PAGE = 50


class StatementLine(NamedTuple):
    """An entry as its owner reads it; ``title`` is None where the post cannot be shown."""

    entry_id: int
    amount: int
    cause: str
    is_reversal: bool
    is_taken_back: bool
    occurred_at: datetime
    created_at: datetime
    matures_at: datetime | None
    question_id: int | None
    title: str | None

    @property
    def is_pending(self) -> bool:
        """Whether the points can still be taken back."""
        return self.matures_at is not None and self.matures_at > clock.now()


@dataclass(frozen=True)
class MonthStatement:
    """The numbers of a month: all of what was booked in it, and how things stood at its end.

    ``caps_hit`` counts the days on which kudos brought the most they can.
    """

    before: int
    gained: int
    taken_back: int
    paid_or_lapsed: int
    pending: int
    caps_hit: int

    @property
    def after(self) -> int:
        """The balance at the end of the month."""
        return self.before + self.gained + self.taken_back + self.paid_or_lapsed


@dataclass(frozen=True)
class Balance:
    """What a member has now. ``pending`` can still be taken back, ``confirmed`` cannot."""

    confirmed: int
    pending: int
    taken_back: int
    next_firm_at: datetime | None
    next_firm: int


def get_balance(user_id: int, since: datetime) -> Balance:
    """Return a member's balance; ``taken_back`` counts what occurred from ``since`` on."""
    now = clock.now()
    is_pending = LedgerEntry.matures_at > now
    is_reversal = and_(LedgerEntry.reverses_id.is_not(None), LedgerEntry.occurred_at >= since)
    query = select(
        func.coalesce(func.sum(LedgerEntry.amount), 0),
        func.coalesce(func.sum(case((is_pending, LedgerEntry.amount), else_=0)), 0),
        func.coalesce(func.sum(case((is_reversal, LedgerEntry.amount), else_=0)), 0),
    ).where(LedgerEntry.user_id == user_id, LedgerEntry.currency == PAYBACK)
    total, pending, taken_back = map(int, db.session.execute(query).one())
    firm_at, firm = _next_firm(user_id, now)
    return Balance(total - pending, pending, taken_back, firm_at, firm)


def _next_firm(user_id: int, now: datetime) -> tuple[datetime | None, int]:
    query = (
        select(LedgerEntry.matures_at, func.sum(LedgerEntry.amount))
        .where(
            LedgerEntry.user_id == user_id,
            LedgerEntry.currency == PAYBACK,
            LedgerEntry.matures_at > now,
        )
        .group_by(LedgerEntry.matures_at)
        .having(func.sum(LedgerEntry.amount) != 0)
        .order_by(LedgerEntry.matures_at)
        .limit(1)
    )
    row = db.session.execute(query).first()
    return (None, 0) if row is None else (row[0], int(row[1]))


def sum_booked(user_id: int, begins_at: datetime, ends_at: datetime) -> int:
    """Return what was gained less what was taken back in a time, by when it was booked."""
    query = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        *_booked_in(user_id, begins_at, ends_at), LedgerEntry.cause.in_(EARNED)
    )
    return int(db.session.scalar(query) or 0)


def _booked_in(
    user_id: int, begins_at: datetime, ends_at: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        LedgerEntry.user_id == user_id,
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.created_at >= begins_at,
        LedgerEntry.created_at < ends_at,
    )


def get_month_statement(user_id: int, begins_at: datetime, ends_at: datetime) -> MonthStatement:
    """Return the numbers of a member's month."""
    mine = (LedgerEntry.user_id == user_id, LedgerEntry.currency == PAYBACK)
    in_month = LedgerEntry.created_at >= begins_at
    earned = LedgerEntry.cause.in_(EARNED)
    is_gain = and_(in_month, earned, LedgerEntry.reverses_id.is_(None))
    is_loss = and_(in_month, earned, LedgerEntry.reverses_id.is_not(None))
    is_out = and_(in_month, ~earned)
    conditions = (~in_month, is_gain, is_loss, is_out, LedgerEntry.matures_at > ends_at)
    sums = [func.coalesce(func.sum(case((c, LedgerEntry.amount), else_=0)), 0) for c in conditions]
    row = db.session.execute(select(*sums).where(*mine, LedgerEntry.created_at < ends_at)).one()
    caps_hit = _caps_hit(user_id, begins_at, ends_at)
    before, gained, taken_back, out, pending = map(int, row)
    return MonthStatement(before, gained, taken_back, out, pending, caps_hit)


def _caps_hit(user_id: int, begins_at: datetime, ends_at: datetime) -> int:
    """Count days whose kudos brought as much as the rules of the day allow, as of ``ends_at``."""
    reversal = aliased(LedgerEntry)
    query = (
        select(LedgerEntry.earned_on, LedgerEntry.occurred_at, LedgerEntry.amount)
        .outerjoin(
            reversal,
            and_(reversal.reverses_id == LedgerEntry.id, reversal.created_at < ends_at),
        )
        .where(
            *_booked_in(user_id, begins_at, ends_at),
            LedgerEntry.cause.in_(KUDOS),
            is_original(),
            reversal.id.is_(None),
        )
    )
    book, sums, caps = load_rulebook(), Counter[date](), dict[date, int]()
    for day, occurred_at, amount in db.session.execute(query):
        sums[day] += amount
        rules = book.at(PAYBACK, occurred_at)
        caps[day] = rules.daily_cap if rules else 0
    return sum(1 for day, total in sums.items() if total >= caps[day])


def page_of_month(
    viewer: Viewer, begins_at: datetime, ends_at: datetime, before_id: int | None
) -> tuple[list[StatementLine], int | None]:
    """Return a page of what was booked in a month, the newest first, and where the next begins."""
    user_id = viewer.viewer_id or 0
    query = _lines(viewer).where(*_booked_in(user_id, begins_at, ends_at))
    if before_id is not None:
        query = query.where(LedgerEntry.id < before_id)
    rows = db.session.execute(query.order_by(LedgerEntry.id.desc()).limit(PAGE + 1)).all()
    lines = [_line(row) for row in rows]
    return lines[:PAGE], lines[PAGE - 1].entry_id if len(lines) > PAGE else None


def all_of_month(viewer: Viewer, begins_at: datetime, ends_at: datetime) -> Iterator[StatementLine]:
    """Yield all that was booked for the viewer in a month, the oldest first."""
    return _all(viewer, *_booked_in(viewer.viewer_id or 0, begins_at, ends_at))


def all_of_period(viewer: Viewer, period: PaybackPeriod) -> Iterator[StatementLine]:
    """Yield all that occurred for the viewer in a period, the oldest first."""
    return _all(
        viewer,
        LedgerEntry.user_id == viewer.viewer_id,
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.occurred_at >= period.begins_at,
        LedgerEntry.occurred_at < period.ends_at,
    )


def list_latest(viewer: Viewer, limit: int) -> list[StatementLine]:
    """Return the viewer's latest payback entries, the newest first."""
    mine = (LedgerEntry.user_id == viewer.viewer_id, LedgerEntry.currency == PAYBACK)
    query = _lines(viewer).where(*mine).order_by(LedgerEntry.id.desc()).limit(limit)
    return [_line(row) for row in db.session.execute(query)]


def _all(viewer: Viewer, *conditions: ColumnElement[bool]) -> Iterator[StatementLine]:
    query = _lines(viewer).where(*conditions).order_by(LedgerEntry.id)
    for row in db.session.execute(query.execution_options(yield_per=500)):
        yield _line(row)


def _lines(viewer: Viewer) -> AnySelect:
    # The table alone: the entity would bring a second ``posts`` along.
    titles = Question.__table__
    return (
        select(
            LedgerEntry.id,
            LedgerEntry.amount,
            LedgerEntry.cause,
            LedgerEntry.reverses_id.is_not(None),
            ~is_standing(),
            LedgerEntry.occurred_at,
            LedgerEntry.created_at,
            LedgerEntry.matures_at,
            Post.root_id,
            titles.c.title,
        )
        .select_from(LedgerEntry)
        .outerjoin(Post, and_(Post.id == LedgerEntry.post_id, post_is_visible(viewer)))
        .outerjoin(titles, titles.c.id == Post.root_id)
    )


def _line(row: Any) -> StatementLine:
    return StatementLine(*row)


class MonthSums(NamedTuple):
    """What a month brought by when it occurred: firm by now, and what can still be taken back."""

    confirmed: int
    pending: int


def sums_by_month(user_id: int, months: Sequence[Any]) -> list[MonthSums]:
    """Return what a member earned in each of these months, by when it occurred."""
    now = clock.now()
    return [_sums_of(user_id, month.begins_at, month.ends_at, now) for month in months]


def _sums_of(user_id: int, begins_at: datetime, ends_at: datetime, now: datetime) -> MonthSums:
    is_pending = LedgerEntry.matures_at > now
    query = select(
        func.coalesce(func.sum(LedgerEntry.amount), 0),
        func.coalesce(func.sum(case((is_pending, LedgerEntry.amount), else_=0)), 0),
    ).where(
        LedgerEntry.user_id == user_id,
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.cause.in_(EARNED),
        LedgerEntry.occurred_at >= begins_at,
        LedgerEntry.occurred_at < ends_at,
    )
    total, pending = map(int, db.session.execute(query).one())
    return MonthSums(total - pending, pending)


def list_own_lines(user_id: int) -> Sequence[tuple[PaybackPeriod, PayoutLine]]:
    """Return a member's lines with their periods, the newest first."""
    query = (
        select(PaybackPeriod, PayoutLine)
        .join(PayoutLine, PayoutLine.period_id == PaybackPeriod.id)
        .where(PayoutLine.user_id == user_id)
        .order_by(PaybackPeriod.begins_at.desc())
    )
    return [(period, line) for period, line in db.session.execute(query)]
