"""Gains, their reversals and postings as rows to be added to the ledger."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from reputation.ledger.facts import Booked
from reputation.ledger.gains import Gain, day_of
from reputation.ledger.rules import RuleBook


def row_of(
    book: RuleBook, gain: Gain, times_before: int, event_id: int | None, now: datetime
) -> dict[str, Any]:
    """Return the row that books a gain; its cause was booked (and reversed) before so often."""
    return {
        **gain._asdict(),
        "earned_on": gain.earned_on,
        "event_id": event_id,
        "matures_at": _matures_at(book, gain),
        "reverses_id": None,
        "key": _key(gain, times_before),
        "created_at": now,
    }


def _key(gain: Gain, times_before: int) -> str:
    parts = (
        gain.currency,
        gain.cause,
        gain.user_id,
        gain.post_id or 0,
        gain.giver_id or 0,
        times_before,
    )
    return ":".join(map(str, parts))


def _matures_at(book: RuleBook, gain: Gain) -> datetime | None:
    rules = book.at(gain.currency, gain.occurred_at)
    if rules is None or rules.matures_after_days is None:
        return None
    return gain.occurred_at + timedelta(days=rules.matures_after_days)


def reversal_row(booked: Booked, event_id: int | None, now: datetime) -> dict[str, Any]:
    """Return the row that takes a standing entry back."""
    gain = booked.gain
    return {
        **gain._replace(amount=-gain.amount)._asdict(),
        "earned_on": gain.earned_on,
        "event_id": event_id,
        "matures_at": booked.matures_at,
        "reverses_id": booked.entry_id,
        "key": f"reversal:{booked.entry_id}",
        "created_at": now,
    }


class Posting(NamedTuple):
    """Points booked by hand, by an import or by paying; ``key`` names the act, for ever.

    A ``key`` says what kind of act it is before a colon (``payout:17``). Points count at once.
    """

    user_id: int
    currency: str
    cause: str
    amount: int
    key: str
    occurred_at: datetime | None = None
    post_id: int | None = None


def posting_row(posting: Posting, now: datetime) -> dict[str, Any]:
    """Return the row that books a posting, whatever rules held (version 0)."""
    occurred_at = posting.occurred_at or now
    return {
        **posting._asdict(),
        "rule_version": 0,
        "giver_id": None,
        "event_id": None,
        "occurred_at": occurred_at,
        "earned_on": day_of(occurred_at),
        "matures_at": None,
        "reverses_id": None,
        "created_at": now,
    }
