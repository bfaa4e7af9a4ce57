"""Settling and adding up everything anew, batch by batch, while the site runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from community.core.db import db, transaction
from community.identity.models import User
from community.identity.operations.points import set_points
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.operations.accounts import lock_accounts
from reputation.ledger.operations.settling import settle_members
from reputation.ledger.queries import list_accounts_after

BATCH = 100


@dataclass(frozen=True)
class Rebuilt:
    """Members looked at, entries that had to be written, balances and points that were wrong."""

    members: int
    entries: int
    balances: int


def rebuild_ledger() -> Rebuilt:
    """Book what is missing, reverse what is wrong, and derive balances and points from entries.

    On a site whose events were all worked off it changes nothing. After an interruption, run it
    again.
    """
    members = entries = balances = last_id = 0
    while True:
        with transaction():
            batch = list_accounts_after(last_id, BATCH)
            lock_accounts(batch)
            entries += settle_members(batch)
            balances += _add_up(batch)
        if not batch:
            return Rebuilt(members, entries, balances)
        members += len(batch)
        last_id = batch[-1]


def _add_up(user_ids: Sequence[int]) -> int:
    """Derive balances and points of locked accounts; returns how many were wrong."""
    sums: dict[tuple[int, str], int] = {
        (user_id, currency): int(total)
        for user_id, currency, total in db.session.execute(
            select(LedgerEntry.user_id, LedgerEntry.currency, func.sum(LedgerEntry.amount))
            .where(LedgerEntry.user_id.in_(user_ids))
            .group_by(LedgerEntry.user_id, LedgerEntry.currency)
        )
    }
    found = db.session.execute(
        select(User.id, User.points, LedgerAccount.reputation, LedgerAccount.payback)
        .join(LedgerAccount, LedgerAccount.user_id == User.id)
        .where(User.id.in_(user_ids))
        .order_by(User.id)
    ).all()
    wrong = 0
    for user_id, points, reputation, payback in found:
        right = (sums.get((user_id, "reputation"), 0), sums.get((user_id, "payback"), 0))
        if (points, reputation, payback) != (right[0], *right):
            _correct(user_id, *right)
            wrong += 1
    return wrong


def _correct(user_id: int, reputation: int, payback: int) -> None:
    db.session.execute(
        update(LedgerAccount)
        .where(LedgerAccount.user_id == user_id)
        .values(reputation=reputation, payback=payback)
        .execution_options(synchronize_session=False)
    )
    set_points(user_id, reputation)
