"""Work on periods that takes more than one transaction; each can be cut off and run again."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from community.core import clock
from community.core.authz import SYSTEM, Viewer
from community.core.db import db, transaction
from community.core.jobs import external
from community.identity.models import User
from community.identity.queries import VIEWER_RIGHTS
from reputation.payback.models import MonthClose, PaybackPeriod, PeriodState
from reputation.payback.operations import notices, periods, shares
from reputation.payback.queries.periods import (
    get_period,
    has_reached,
    list_month_closes,
    list_periods,
)

# A mail that a month was closed comes soon or not at all: the page shows it anyway.
NEWS_FOR = timedelta(days=7)


@external
def drive_payback() -> None:
    """Do what is due and needs nobody's decision: periods opened, months closed, mails sent.

    A list that was being locked when a worker died is taken up again.
    """
    with transaction():
        periods.open_next_period()
    with transaction():
        unfinished = [one for one in list_periods() if one.state != PeriodState.CLOSED]
    for period in unfinished:
        close_months(period.id)
        send_mails(period)
        if period.state == PeriodState.LOCKING:
            run_lock(period.id)


def close_months(period_id: int) -> list[MonthClose]:
    """Close all months of a period that are due, the oldest first; returns those closed now."""
    closed: list[MonthClose] = []
    while True:
        with transaction():
            close = periods.close_month(period_id)
        if close is None:
            return closed
        closed.append(close)


def send_mails(period: PaybackPeriod) -> None:
    """Send what is due about a period and was not sent before."""
    news = clock.now() - NEWS_FOR
    with transaction():
        closes = [one for one in list_month_closes(period.id) if one.closed_at >= news]
    for close in closes:
        _until_none(lambda close=close: notices.send_month_statements(close))  # type: ignore[misc]
    if has_reached(period, PeriodState.STATEMENTS_ISSUED) and period.choice_opened_at is None:
        _until_none(lambda: notices.send_period_statements(period.id))
    _until_none(lambda: notices.send_due_reminders(period.id))
    _until_none(lambda: notices.send_lapse_notices(period.id))


def _until_none(send: Callable[[], int]) -> None:
    """Send batch after batch, each in a transaction of its own."""
    while True:
        with transaction():
            if not send():
                return


@external
def run_calculation(period_id: int, actor_id: int | None = None) -> None:
    """Calculate every member's line of a period and note it (task)."""
    _in_batches(lambda after: shares.calculate_lines(period_id, after))
    with transaction():
        periods.finish_calculation(actor_of(actor_id), period_id)


@external
def run_lock(period_id: int) -> None:
    """Make every line of a period final and seal the list (task); its books are closed."""
    with transaction():
        if has_reached(get_period(period_id), PeriodState.LOCKED):
            return
    _in_batches(lambda after: shares.finish_lines(period_id, after))
    with transaction():
        shares.finish_lock(period_id)


def _in_batches(work: Callable[[int], int | None]) -> None:
    last: int | None = 0
    while last is not None:
        with transaction():
            last = work(last)


def actor_of(user_id: int | None) -> Viewer:
    """Return who had something done, with their rights as they are now; None is the system."""
    if user_id is None:
        return SYSTEM
    query = select(User).options(*VIEWER_RIGHTS).where(User.id == user_id)
    return db.session.scalars(query).unique().one()
