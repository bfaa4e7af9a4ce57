"""Mails about a period, each once: what was sent is stored with it, in one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts
from community.core.settings import current_settings, site_zone
from community.core.spans import Span
from community.identity.letters import Letter
from community.identity.mails import address_of, send_notice
from community.identity.models import User
from reputation.ledger.models import LedgerEntry
from reputation.ledger.rules import EARNED, PAYBACK
from reputation.payback import letters
from reputation.payback.calendar import local_midnight_after
from reputation.payback.lines import Verdict, Why
from reputation.payback.models import (
    Choice,
    LineState,
    MonthClose,
    PaybackNotice,
    PaybackPeriod,
    PayoutLine,
    PeriodState,
)
from reputation.payback.queries.periods import (
    first_lock_at,
    get_period,
    get_period_before,
    month_name,
)
from reputation.payback.queries.shares import LAPSE_NOTICE, left_by
from reputation.payback.queries.statements import sum_booked

BATCH = 100
# Mails during the choice window, by its days; the first one is the day on which it opens.
REMINDER_DAYS = (1, 7, 12)
# Whoever chose what could not be done is told; so is whoever lost points.
TOLD = (Why.BELOW_FLOOR, Why.NO_ACCOUNT, Why.NO_CHARITY)


def notify_once(
    period_id: int, user: User, kind: str, letter: Callable[[], Letter], *, link: str
) -> bool:
    """Mail somebody about a period unless that was done before; False where it was."""
    values = {
        "period_id": period_id,
        "user_id": user.id,
        "kind": kind,
        "sent_at": clock.now(),
    }
    statement = insert_ignoring_conflicts(PaybackNotice).values(**values)
    if not db.session.execute(statement).rowcount:  # type: ignore[attr-defined]
        return False
    send_notice(user, letter, link=link)
    return True


def tell_of_verdict(line: PayoutLine, verdict: Verdict) -> None:
    """Tell a member that a wish could not be followed, or that points have lapsed."""
    why = verdict.why
    if why is None or (why not in TOLD and not verdict.expired):
        return
    user = db.session.get_one(User, line.user_id)
    letter = lambda: letters.verdict(line, why)  # noqa: E731
    notify_once(line.period_id, user, "verdict", letter, link=address_of("payback.show_payback"))


def send_month_statements(close: MonthClose) -> int:
    """Mail the next members a closed month's statement; returns how many, 0 where all are told."""
    kind = f"month:{month_name(close)}"
    booked = exists().where(
        LedgerEntry.user_id == User.id,
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.cause.in_(EARNED),
        LedgerEntry.created_at >= close.begins_at,
        LedgerEntry.created_at < close.ends_at,
    )
    people = _untold(close.period_id, kind, select(User).where(booked))
    month = Span(close.begins_at.astimezone(site_zone()).date(), close.begins_at, close.ends_at)
    link = address_of("payback.show_month", period_id=close.period_id, month=month_name(close))
    for user in people:
        gained = sum_booked(user.id, close.begins_at, close.ends_at)
        notify_once(
            close.period_id,
            user,
            kind,
            lambda gained=gained: letters.month_statement(month, gained),  # type: ignore[misc]
            link=link,
        )
    return len(people)


def send_period_statements(period_id: int) -> int:
    """Mail the next members the statement of a period; returns how many, 0 where all are told."""
    period = get_period(period_id)
    link = address_of("payback.show_statement", period_id=period_id)
    return _tell_owners(period, "statement", letters.period_statement, link)


def send_due_reminders(period_id: int) -> int:
    """Send the next members what the day of the choice window asks for; returns how many."""
    period = get_period(period_id)
    kind = due_reminder(period)
    if kind is None:
        return 0
    letter = letters.choice_opened if kind == "choice_1" else letters.choice_reminder
    return _tell_owners(period, kind, letter, address_of("payback.show_payback"))


def due_reminder(period: PaybackPeriod) -> str | None:
    """Return which reminder of an open choice window is due: the latest whose day has come."""
    now = clock.now()
    if period.state != PeriodState.CHOICE_WINDOW or period.choice_opened_at is None:
        return None
    if period.choice_ends_at is None or now >= period.choice_ends_at:
        return None
    begun = [
        day
        for day in REMINDER_DAYS
        if day == 1 or local_midnight_after(period.choice_opened_at, day - 1, site_zone()) <= now
    ]
    return f"choice_{begun[-1]}"


def _tell_owners(
    period: PaybackPeriod,
    kind: str,
    letter: Callable[[PaybackPeriod, PayoutLine], Letter],
    link: str,
) -> int:
    """Mail the next members who are owed something and have not chosen."""
    waiting = exists().where(
        PayoutLine.period_id == period.id,
        PayoutLine.user_id == User.id,
        PayoutLine.amount > 0,
        PayoutLine.state == LineState.UNCHOSEN,
    )
    people = _untold(period.id, kind, select(User).where(waiting))
    for user in people:
        line = db.session.scalars(
            select(PayoutLine).where(
                PayoutLine.period_id == period.id, PayoutLine.user_id == user.id
            )
        ).one()
        notify_once(
            period.id,
            user,
            kind,
            lambda line=line: letter(period, line),  # type: ignore[misc]
            link=link,
        )
    return len(people)


def _untold(period_id: int, kind: str, query: Select[User]) -> list[User]:
    told = exists().where(
        PaybackNotice.period_id == period_id,
        PaybackNotice.user_id == User.id,
        PaybackNotice.kind == kind,
    )
    query = query.where(~told, User.erased_at.is_(None)).order_by(User.id).limit(BATCH)
    return list(db.session.scalars(query))


def is_lapse_notice_due(period: PaybackPeriod) -> bool:
    """Say whether members are to be told now of what lapses at the end of a period.

    A day early, so that the notice has run out when the list can first be locked.
    """
    if period.state not in (
        PeriodState.OPEN,
        PeriodState.CALCULATED,
        PeriodState.STATEMENTS_ISSUED,
        PeriodState.CHOICE_WINDOW,
    ):
        return False
    days = current_settings().payback_notice_days + 1
    return clock.now() >= first_lock_at(period) - timedelta(days=days)


def send_lapse_notices(period_id: int) -> int:
    """Tell the next members that points of theirs lapse; returns how many, 0 where all are told."""
    period = get_period(period_id)
    before = get_period_before(period)
    if before is None or not is_lapse_notice_due(period):
        return 0
    rolled = exists().where(
        PayoutLine.period_id == before.id,
        PayoutLine.user_id == User.id,
        PayoutLine.state == LineState.ROLLED,
        PayoutLine.amount > PayoutLine.expired,
        or_(PayoutLine.choice.is_(None), PayoutLine.choice == Choice.ROLL),
    )
    people = _untold(period_id, LAPSE_NOTICE, select(User).where(rolled))
    notice = timedelta(days=current_settings().payback_notice_days)
    day = max(first_lock_at(period), clock.now() + notice)
    for user in people:
        _tell_of_lapse(period, before, user, day)
    return len(people)


def _tell_of_lapse(period: PaybackPeriod, before: PaybackPeriod, user: User, day: datetime) -> None:
    line = db.session.scalars(
        select(PayoutLine).where(PayoutLine.period_id == before.id, PayoutLine.user_id == user.id)
    ).one()
    lapsing = left_by(line).lapsing
    link = address_of("payback.show_payback")
    notify_once(period.id, user, LAPSE_NOTICE, lambda: letters.lapse(lapsing, day), link=link)
