"""Accounts and their balances: locked before anything else, carried along with every entry."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from community.core.db import db, insert_ignoring_conflicts, lock_row
from community.core.jobs import emit
from community.events import PointsChanged
from community.identity.operations.points import set_points
from reputation.ledger.models import LedgerAccount, LedgerEntry


def lock_accounts(user_ids: Sequence[int]) -> None:
    """Lock accounts until the transaction ends, opening those that are new; ids ascend."""
    for user_id in user_ids:
        query = lock_row(select(LedgerAccount.user_id).where(LedgerAccount.user_id == user_id))
        if db.session.scalar(query) is None:
            new = {"user_id": user_id, "reputation": 0, "payback": 0}
            db.session.execute(insert_ignoring_conflicts(LedgerAccount).values(**new))
            db.session.scalar(query)


def write_entries(user_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add entries of one account, whose row is locked, and carry them over to its balances."""
    db.session.execute(insert(LedgerEntry), rows)
    change = {"reputation": 0, "payback": 0}
    for row in rows:
        change[row["currency"]] += row["amount"]
    db.session.execute(
        update(LedgerAccount)
        .where(LedgerAccount.user_id == user_id)
        .values(
            reputation=LedgerAccount.reputation + change["reputation"],
            payback=LedgerAccount.payback + change["payback"],
        )
        .execution_options(synchronize_session=False)
    )


def show_changes(user_ids: Sequence[int]) -> None:
    """Carry balances over to the points that pages show, and tell of them; ids ascend."""
    query = select(LedgerAccount.user_id, LedgerAccount.reputation).where(
        LedgerAccount.user_id.in_(user_ids)
    )
    balances = dict(db.session.execute(query).all()) if user_ids else {}
    for user_id in user_ids:
        set_points(user_id, balances[user_id])
        emit(PointsChanged(user_id))
