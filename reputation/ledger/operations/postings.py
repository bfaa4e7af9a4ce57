"""What people, imports and payouts book: one entry an act, named by its key."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from community.core import clock
from community.core.db import db
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.operations.accounts import lock_accounts, show_changes, write_entries
from reputation.ledger.queries import get_closings
from reputation.ledger.rows import Posting, posting_row
from reputation.ledger.rules import EARNED, OPENING, OUTGOING, POSTED


class KeyTaken(ValueError):
    """Something else was booked under this key."""


class Overdrawn(ValueError):
    """More was to be paid out than there is."""


class BooksClosed(ValueError):
    """The books of that time are closed; a correction belongs to today."""


def book(posting: Posting) -> int:
    """Book a posting and return the id of its entry; the same one again changes nothing.

    Raises ``KeyTaken``, ``Overdrawn`` (for what goes out) or ``BooksClosed``.
    """
    if posting.cause not in POSTED:
        raise ValueError(f"{posting.cause} follows from facts and is not booked by hand")
    lock_accounts([posting.user_id])
    row = posting_row(posting, clock.now())
    found = _find(posting.key)
    if found:
        _check_is_same(found, posting)
        return found.id
    _check_is_possible(row)
    return _write(row)


def reverse(entry_id: int) -> int:
    """Take back what was posted and return the id of the reversal; a second time changes nothing.

    Raises ``ValueError`` where the entry follows from facts, and ``BooksClosed``.
    """
    entry = db.session.get_one(LedgerEntry, entry_id)
    if entry.cause not in POSTED or entry.reverses_id:
        raise ValueError(f"entry {entry_id} was not posted")
    lock_accounts([entry.user_id])
    found = _find(f"reversal:{entry_id}")
    if found:
        return found.id
    posting = Posting(
        entry.user_id,
        entry.currency,
        entry.cause,
        -entry.amount,
        f"reversal:{entry_id}",
        entry.occurred_at,
        entry.post_id,
    )
    row = posting_row(posting, clock.now())
    if entry.cause in EARNED:
        _check_is_possible(row)
    return _write({**row, "reverses_id": entry_id})


def book_opening(user_id: int, amount: int, *, currency: str) -> None:
    """Book what a member brings along from an earlier community; once, a second time changes
    nothing, whatever the amount."""
    key = f"{OPENING}:{currency}:{user_id}"
    lock_accounts([user_id])
    if amount and not _find(key):
        book(Posting(user_id, currency, OPENING, amount, key))


def _find(key: str) -> LedgerEntry | None:
    return db.session.scalar(select(LedgerEntry).where(LedgerEntry.key == key))


def _check_is_same(entry: LedgerEntry, posting: Posting) -> None:
    booked = (entry.user_id, entry.currency, entry.cause, entry.amount, entry.post_id)
    if booked != (*posting[:4], posting.post_id):
        raise KeyTaken(posting.key)


def _check_is_possible(row: Mapping[str, Any]) -> None:
    before = get_closings().get(row["currency"])
    if before and row["occurred_at"] < before:
        raise BooksClosed(row["key"])
    if row["cause"] in OUTGOING:
        column = getattr(LedgerAccount, row["currency"])
        balance = db.session.scalars(
            select(column).where(LedgerAccount.user_id == row["user_id"])
        ).one()
        if row["amount"] >= 0 or balance + row["amount"] < 0:
            raise Overdrawn(row["key"])


def _write(row: Mapping[str, Any]) -> int:
    write_entries(row["user_id"], [row])
    show_changes([row["user_id"]])
    entry = _find(row["key"])
    assert entry is not None
    return entry.id
