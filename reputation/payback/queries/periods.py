"""Reads of periods and of the months in them that are closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from community.core.db import db, lock_row
from community.core.errors import NotFound
from community.core.settings import current_settings, site_zone
from community.core.spans import Span
from reputation.payback.calendar import border_months, months_of, period_around
from reputation.payback.models import MonthClose, PaybackPeriod, PeriodState

# In the order in which a period goes through them.
STATES = tuple(PeriodState)
# What was earned in the last hour of a period is firm this long after it.
LOCKED_AFTER = timedelta(days=14)


def period_span(moment: datetime) -> Span:
    """Return when the period around an instant begins and ends, by the site's settings."""
    borders = border_months(current_settings().payback_border_months)
    return period_around(moment, site_zone(), borders)


def get_period(period_id: int) -> PaybackPeriod:
    """Return a period; raises ``NotFound``."""
    period = db.session.get(PaybackPeriod, period_id)
    if period is None:
        raise NotFound()
    return period


def lock_period(period_id: int) -> PaybackPeriod:
    """Return a period as it is now, locked until the transaction ends; raises ``NotFound``."""
    query = lock_row(select(PaybackPeriod).where(PaybackPeriod.id == period_id))
    period = db.session.scalar(query.execution_options(populate_existing=True))
    if period is None:
        raise NotFound()
    return period


def list_periods() -> Sequence[PaybackPeriod]:
    """Return all periods, the newest first; there are two a year."""
    query = select(PaybackPeriod).order_by(PaybackPeriod.begins_at.desc())
    return db.session.scalars(query).all()


def get_latest_period() -> PaybackPeriod | None:
    """Return the period that began last; None before payback was started."""
    query = select(PaybackPeriod).order_by(PaybackPeriod.begins_at.desc()).limit(1)
    return db.session.scalar(query)


def get_period_before(period: PaybackPeriod) -> PaybackPeriod | None:
    """Return the period before this one; None for the first."""
    query = (
        select(PaybackPeriod)
        .where(PaybackPeriod.begins_at < period.begins_at)
        .order_by(PaybackPeriod.begins_at.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def get_period_to_work_on() -> PaybackPeriod | None:
    """Return the oldest period that waits for an operator: the one that is neither paid nor new.

    Where none waits it is the latest one.
    """
    done = (PeriodState.PAID, PeriodState.CLOSED)
    query = (
        select(PaybackPeriod)
        .where(PaybackPeriod.state.not_in(done))
        .order_by(PaybackPeriod.begins_at)
        .limit(1)
    )
    return db.session.scalar(query) or get_latest_period()


def get_choosing_period() -> PaybackPeriod | None:
    """Return the period whose choice window stands open."""
    query = select(PaybackPeriod).where(PaybackPeriod.state == PeriodState.CHOICE_WINDOW)
    return db.session.scalar(query.order_by(PaybackPeriod.begins_at).limit(1))


def is_payment_near(now: datetime) -> bool:
    """Say whether a period has ended whose lines are not all paid or carried on yet."""
    done = (PeriodState.PAID, PeriodState.CLOSED)
    query = select(PaybackPeriod.id).where(
        PaybackPeriod.ends_at <= now, PaybackPeriod.state.not_in(done)
    )
    return db.session.scalar(query.limit(1)) is not None


def has_reached(period: PaybackPeriod, state: PeriodState) -> bool:
    """Say whether a period is in this state or past it."""
    return STATES.index(PeriodState(period.state)) >= STATES.index(state)


def first_lock_at(period: PaybackPeriod) -> datetime:
    """Return before when no list of a period is ever locked."""
    return period.ends_at + LOCKED_AFTER


def list_months(period: PaybackPeriod) -> Sequence[Span]:
    """Return the months of a period; those that are closed keep the borders they had then."""
    closed = [_span_of(close) for close in list_month_closes(period.id)]
    begins_at = closed[-1].ends_at if closed else period.begins_at
    if begins_at >= period.ends_at:
        return closed
    return [*closed, *months_of(begins_at, period.ends_at, site_zone())]


def _span_of(close: MonthClose) -> Span:
    day = close.begins_at.astimezone(site_zone()).date()
    return Span(day.replace(day=1), close.begins_at, close.ends_at)


def list_month_closes(period_id: int) -> Sequence[MonthClose]:
    """Return the closed months of a period, the oldest first."""
    query = select(MonthClose).where(MonthClose.period_id == period_id)
    return db.session.scalars(query.order_by(MonthClose.begins_at)).all()


def get_open_month(period: PaybackPeriod) -> Span | None:
    """Return the oldest month of a period that is not closed; None where all are."""
    months, closed = list_months(period), len(list_month_closes(period.id))
    return months[closed] if closed < len(months) else None


def get_month_close(period_id: int, month: str) -> MonthClose:
    """Return a closed month by its name, as in "2026-11"; raises ``NotFound``."""
    for close in list_month_closes(period_id):
        if month_name(close) == month:
            return close
    raise NotFound()


def month_name(close: MonthClose) -> str:
    """Return how addresses name a month."""
    return f"{close.begins_at.astimezone(site_zone()):%Y-%m}"
