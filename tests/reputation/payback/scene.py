"""A payback period of 2026 from its start to its lock, at any pace a test likes."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.identity.models import User, UserSession
from community.identity.operations.sessions import open_session
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import Posting, book
from reputation.ledger.rules import ADJUSTMENT, PAYBACK
from reputation.ledger.verify import Broken, verify_ledger
from reputation.payback.models import Choice, PaybackPeriod, PayoutLine
from reputation.payback.operations import choices, periods, shares
from reputation.payback.queries.periods import get_period, list_periods
from reputation.payback.queries.shares import get_line
from reputation.payback.tasks import close_months, run_calculation, run_lock
from reputation.payback.verify import verify_payback

# 1 June 2026, 00:00 in Berlin; the period ends on 1 December, 00:00.
JUNE = datetime(2026, 5, 31, 22, tzinfo=UTC)
JULY_20 = datetime(2026, 7, 20, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 11, 30, 23, tzinfo=UTC)
DECEMBER_1 = DECEMBER + timedelta(hours=8)
DECEMBER_15 = DECEMBER + timedelta(days=14)
NEXT_JUNE = datetime(2027, 5, 31, 22, tzinfo=UTC)

GERMAN_IBAN = "DE89 3704 0044 0532 0130 00"

_numbers = itertools.count(1)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be this moment."""
    with time_machine.travel(moment, tick=False):
        yield


def started(begins_at: datetime = JUNE) -> PaybackPeriod:
    """Start payback."""
    with transaction():
        return periods.start(SYSTEM, begins_at)


def earn(user: User, amount: int, when: datetime = JULY_20) -> int:
    """Book payback points for a member by hand; returns the entry's id."""
    key = f"test:{next(_numbers)}"
    with at(when), transaction():
        return book(Posting(user.id, PAYBACK, ADJUSTMENT, amount, key))


def choosable(period: PaybackPeriod, when: datetime = DECEMBER_1) -> PaybackPeriod:
    """Bring a period that has ended to its choice window."""
    with at(when):
        close_months(period.id)
        run_calculation(period.id)
        with transaction():
            periods.issue_statements(SYSTEM, period.id)
        with transaction():
            periods.open_choice(SYSTEM, period.id)
    return fresh(period)


def choose(
    user: User, choice: Choice, when: datetime = DECEMBER_1 + timedelta(days=1), **values: object
) -> PayoutLine:
    """Choose with a second factor shown."""
    with at(when), transaction():
        session = strong_session(user)
        return choices.choose(user, choice, session=session, **values)  # type: ignore[arg-type]


def strong_session(user: User) -> UserSession:
    """Open a session in which a second factor was shown."""
    session, _ = open_session(user, method="password", second_factor=True)
    return session


def save_bank(user: User, when: datetime = DECEMBER_1) -> None:
    """Save bank details."""
    with at(when), transaction():
        choices.save_details(user, holder="Änne Müller", iban=GERMAN_IBAN)


def lock(
    period: PaybackPeriod, actor: User | None = None, when: datetime = DECEMBER_15
) -> PaybackPeriod:
    """Lock the list of a period whose choice window is over."""
    with at(when):
        with transaction():
            shares.begin_lock(actor or SYSTEM, period.id)
        run_lock(period.id)
    return fresh(period)


def fresh(period: PaybackPeriod) -> PaybackPeriod:
    """Return a period as it is stored now."""
    with transaction():
        db.session.expire_all()
        return get_period(period.id)


def line_of(period: PaybackPeriod, user: User) -> PayoutLine:
    """Return a member's line."""
    with transaction():
        line = get_line(period.id, user.id)
    assert line is not None
    return line


def latest() -> PaybackPeriod:
    """Return the newest period."""
    with transaction():
        return list_periods()[0]


def amounts_of(user: User) -> list[tuple[str, int]]:
    """Return causes and amounts of a member's payback entries in the order they were booked."""
    with transaction():
        rows = db.session.execute(
            select(LedgerEntry.cause, LedgerEntry.amount)
            .where(LedgerEntry.user_id == user.id, LedgerEntry.currency == PAYBACK)
            .order_by(LedgerEntry.id)
        )
        return [(cause, amount) for cause, amount in rows]


def broken() -> list[Broken]:
    """Return every invariant of the ledger and of payback that does not hold."""
    with transaction():
        return [found for _, found in (*verify_ledger(), *verify_payback()) if found]
