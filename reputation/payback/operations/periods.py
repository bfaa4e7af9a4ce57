"""The steps of a period, one function each. A step that was done before changes nothing.

Every step compares the period's version and state with what it was decided by, so two people who
press at the same time move it once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.core.settings import current_settings, site_zone
from community.events import PaybackOpened
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import add_rules
from reputation.ledger.rules import EARNED, PAYBACK, PAYBACK_1
from reputation.payback.calendar import local_midnight_after
from reputation.payback.errors import (
    AlreadyStarted,
    MonthsOpen,
    PeriodChanged,
    PeriodRuns,
    WrongState,
)
from reputation.payback.models import MonthClose, PaybackPeriod, PeriodState
from reputation.payback.policies import can_run_payback
from reputation.payback.queries.periods import (
    get_latest_period,
    get_open_month,
    has_reached,
    lock_period,
    period_span,
)

# Whatever was booked in a month has been committed by then, so a closed month stays as it is.
MONTH_SETTLES_IN = timedelta(hours=1)


REASON_MIN_CHARS = 5


def start(actor: Viewer, begins_at: datetime) -> PaybackPeriod:
    """Open the first period and let payback's first rules hold from then on.

    It ends with the regular period around ``begins_at``. Raises ``AlreadyStarted``.
    """
    require(can_run_payback(actor))
    if get_latest_period() is not None:
        raise AlreadyStarted()
    add_rules(actor, PAYBACK, replace(PAYBACK_1, begins_at=begins_at))
    return _open(actor, begins_at, period_span(begins_at).ends_at)


def _open(actor: Viewer, begins_at: datetime, ends_at: datetime) -> PaybackPeriod:
    period = PaybackPeriod(begins_at=begins_at, ends_at=ends_at)
    db.session.add(period)
    db.session.flush()
    record(actor, Action.PAYBACK_OPENED, subject=("payback_period", period.id))
    emit(PaybackOpened(period.id))
    return period


def open_next_period() -> PaybackPeriod | None:
    """Open the period that follows once the latest has ended; None where there is nothing to do."""
    latest = get_latest_period()
    if latest is None or clock.now() < latest.ends_at:
        return None
    lock_period(latest.id)
    if get_latest_period() is not latest:
        return None
    return _open(SYSTEM, latest.ends_at, period_span(latest.ends_at).ends_at)


def close_month(period_id: int) -> MonthClose | None:
    """Close the oldest open month of a period; None where none has ended (and settled).

    Statements show what was booked in a month, and nothing can be booked in the past.
    """
    period = lock_period(period_id)
    month = get_open_month(period)
    if month is None or clock.now() < month.ends_at + MONTH_SETTLES_IN:
        return None
    values = {
        "period_id": period.id,
        "begins_at": month.begins_at,
        "ends_at": month.ends_at,
        "closed_at": clock.now(),
        **booked_between(month.begins_at, month.ends_at),
    }
    db.session.execute(insert_ignoring_conflicts(MonthClose).values(**values))
    query = select(MonthClose).where(
        MonthClose.period_id == period.id, MonthClose.begins_at == month.begins_at
    )
    close = db.session.scalars(query).one()
    record(SYSTEM, Action.PAYBACK_MONTH_CLOSED, subject=("payback_month", close.id))
    return close


def booked_between(begins_at: datetime, ends_at: datetime) -> dict[str, int]:
    """Return the totals of what was booked in a time, as a closed month keeps them."""
    gained = case((LedgerEntry.reverses_id.is_(None), LedgerEntry.amount), else_=0)
    taken_back = case((LedgerEntry.reverses_id.is_not(None), LedgerEntry.amount), else_=0)
    query = select(
        func.coalesce(func.sum(gained), 0),
        func.coalesce(func.sum(taken_back), 0),
        func.count(),
        func.count(LedgerEntry.user_id.distinct()),
    ).where(
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.cause.in_(EARNED),
        LedgerEntry.created_at >= begins_at,
        LedgerEntry.created_at < ends_at,
    )
    names = ("gained", "taken_back", "entries_count", "members_count")
    return dict(zip(names, map(int, db.session.execute(query).one()), strict=True))


def check_calculable(period: PaybackPeriod) -> None:
    """Raise ``PeriodRuns``, ``MonthsOpen`` or ``WrongState`` unless a period can be calculated."""
    if period.state != PeriodState.OPEN:
        raise WrongState()
    if clock.now() < period.ends_at:
        raise PeriodRuns()
    if get_open_month(period) is not None:
        raise MonthsOpen()


def finish_calculation(actor: Viewer, period_id: int) -> bool:
    """Note that every member's line is calculated (see ``operations.shares``)."""
    period = _period_for(actor, period_id)
    if has_reached(period, PeriodState.CALCULATED):
        return False
    check_calculable(period)
    advance(
        actor,
        period,
        PeriodState.CALCULATED,
        Action.PAYBACK_CALCULATED,
        calculated_at=clock.now(),
    )
    return True


def issue_statements(actor: Viewer, period_id: int) -> bool:
    """Publish the statements of a calculated period; False where that was done before."""
    period = _period_for(actor, period_id)
    if has_reached(period, PeriodState.STATEMENTS_ISSUED):
        return False
    _require_state(period, PeriodState.CALCULATED)
    advance(
        actor,
        period,
        PeriodState.STATEMENTS_ISSUED,
        Action.PAYBACK_STATEMENTS_ISSUED,
        statements_issued_at=clock.now(),
    )
    return True


def open_choice(actor: Viewer, period_id: int) -> bool:
    """Let members choose, to the end of the last day; False where that was done before.

    The day on which it is opened is the first one.
    """
    period = _period_for(actor, period_id)
    if has_reached(period, PeriodState.CHOICE_WINDOW):
        return False
    _require_state(period, PeriodState.STATEMENTS_ISSUED)
    now = clock.now()
    days = current_settings().payback_choice_days
    advance(
        actor,
        period,
        PeriodState.CHOICE_WINDOW,
        Action.PAYBACK_CHOICE_OPENED,
        choice_opened_at=now,
        choice_ends_at=local_midnight_after(now, days, site_zone()),
    )
    return True


def reopen(actor: Viewer, period_id: int, reason: str) -> bool:
    """Take a period back to be calculated anew, with the reason why; False where it is open.

    Only while nobody has chosen yet: from then on members rely on what they were told. Raises
    ``NotAllowed``, ``ReasonUnfit``, ``WrongState``.
    """
    period = _period_for(actor, period_id)
    reason = fit_reason(
        " ".join(reason.split()), shortest=REASON_MIN_CHARS, missing=_l("Say why, in a few words.")
    )
    if period.state == PeriodState.OPEN:
        return False
    _require_state(period, PeriodState.CALCULATED, PeriodState.STATEMENTS_ISSUED)
    advance(
        actor,
        period,
        PeriodState.OPEN,
        Action.PAYBACK_REOPENED,
        reason=reason,
        calculated_at=None,
        statements_issued_at=None,
    )
    return True


def _period_for(actor: Viewer, period_id: int) -> PaybackPeriod:
    require(can_run_payback(actor))
    return lock_period(period_id)


def _require_state(period: PaybackPeriod, *states: PeriodState) -> None:
    if period.state not in states:
        raise WrongState()


def advance(
    actor: Viewer,
    period: PaybackPeriod,
    to: PeriodState,
    action: Action,
    *,
    reason: str = "",
    **values: object,
) -> None:
    """Move a period on if it is still as it was read, and record who did; ``values`` are columns.

    Raises ``PeriodChanged``. Payouts take the steps after the lock through it, too.
    """
    before = period.state
    statement = (
        update(PaybackPeriod)
        .where(
            PaybackPeriod.id == period.id,
            PaybackPeriod.version == period.version,
            PaybackPeriod.state == before,
        )
        .values(state=to, version=PaybackPeriod.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not count_changed(statement):
        raise PeriodChanged()
    db.session.refresh(period)
    record(
        actor,
        action,
        subject=("payback_period", period.id),
        before={"state": before},
        after={"state": to.value, **_recorded(values)},
        reason=reason,
    )


def _recorded(values: dict[str, object]) -> dict[str, object]:
    kept: Sequence[str] = ("list_digest", "prepared_by_id", "approved_by_id")
    return {name: values[name] for name in kept if name in values}
