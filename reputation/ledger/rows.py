"""Gains, their reversals and openings as rows to be added to the ledger."""

from datetime import datetime, timedelta
from typing import Any

from reputation.ledger.gains import Gain, day_of
from reputation.ledger.queries import Booked
from reputation.ledger.rules import OPENING, rules_at


def row_of(gain: Gain, times_before: int, event_id: int | None, now: datetime) -> dict[str, Any]:
    """Return the row that books a gain; its cause was booked (and reversed) before so often."""
    return {
        **gain._asdict(),
        "earned_on": gain.earned_on,
        "event_id": event_id,
        "matures_at": _matures_at(gain),
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


def _matures_at(gain: Gain) -> datetime | None:
    rules = rules_at(gain.currency, gain.occurred_at)
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
        "matures_at": _matures_at(gain),
        "reverses_id": booked.entry_id,
        "key": f"reversal:{booked.entry_id}",
        "created_at": now,
    }


def opening_row(user_id: int, amount: int, currency: str, now: datetime) -> dict[str, Any]:
    """Return the row that books earlier standing, whatever rules it came from (version 0)."""
    return {
        "currency": currency,
        "cause": OPENING,
        "user_id": user_id,
        "amount": amount,
        "rule_version": 0,
        "post_id": None,
        "giver_id": None,
        "event_id": None,
        "occurred_at": now,
        "earned_on": day_of(now),
        "matures_at": None,
        "reverses_id": None,
        "key": f"{OPENING}:{currency}:{user_id}",
        "created_at": now,
    }
