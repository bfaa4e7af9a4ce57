"""People who adjust points and appeal, and what the books say afterwards."""

from datetime import timedelta

from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.identity.models import User
from reputation.adjustments.models import Adjustment, PointsAppeal
from reputation.adjustments.operations.adjustments import propose_adjustment
from reputation.adjustments.operations.appeals import open_appeal, take_appeal
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import Posting, add_rules, book
from reputation.ledger.rules import PAYBACK_1
from tests.factories.community import load_user, make_user


def staff(role: str = "moderator") -> User:
    """Make somebody who may adjust points."""
    return make_user(role=role)


def start_payback() -> None:
    """Let payback points be earned from now on."""
    with transaction():
        add_rules(SYSTEM, "payback", PAYBACK_1)


def adjust(
    actor: User,
    user: User,
    amount: int = 25,
    currency: str = "reputation",
    reason: str = "A prize for the best guide",
) -> Adjustment:
    """Propose an adjustment as an operation."""
    with transaction():
        return propose_adjustment(
            load_user(actor.id), user.id, currency=currency, amount=amount, reason=reason
        )


def make_line(user: User, amount: int = 7, key: str = "opening:test:1") -> int:
    """Book a line that nobody of the team had a part in; returns its entry's id."""
    with transaction():
        return book(Posting(user.id, "reputation", "opening", amount, key))


def appeal(user: User, entry_id: int, text: str = "I was thanked seven times.") -> PointsAppeal:
    """Appeal as an operation."""
    with transaction():
        return open_appeal(load_user(user.id), entry_id, text)


def make_taken(user: User, judge: User) -> PointsAppeal:
    """Make an appeal that somebody has taken on."""
    found = appeal(user, make_line(user))
    with transaction():
        return take_appeal(load_user(judge.id), found.id)


def entries_of(user: User) -> list[tuple[str, str, int, str]]:
    """Return what is booked for a member: currency, cause, amount and key."""
    with transaction():
        query = select(LedgerEntry.currency, LedgerEntry.cause, LedgerEntry.amount, LedgerEntry.key)
        rows = db.session.execute(query.where(LedgerEntry.user_id == user.id))
        return [tuple(row) for row in rows]


def actions() -> list[str]:
    """Return the privileged acts on record about points, the earliest first."""
    with transaction():
        query = select(AuditEntry.action).where(
            AuditEntry.action.like("adjustment.%") | AuditEntry.action.like("appeal.%")
        )
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def age(adjustment: Adjustment, days: int) -> None:
    """Let an adjustment have been proposed days ago."""
    with transaction():
        found = db.session.get_one(Adjustment, adjustment.id)
        found.proposed_at = clock.now() - timedelta(days=days)
