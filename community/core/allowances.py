"""Things that may be done only so often, counted exactly: over processes, hosts and restarts.

An allowance has as many places as it may be used within its time; a use takes a free place and
keeps it for that long. So there are never more uses than places in any stretch of that length.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, db, replace_where
from community.core.settings import current_settings

KEY_CHARS = 64
CLOCK_SLACK = timedelta(minutes=1)


class AllowanceUse(Base):
    """One place of an allowance, taken until ``free_at``; ``key`` is a hash that names nobody."""

    __tablename__ = "allowance_uses"

    key: Mapped[str] = mapped_column(String(KEY_CHARS), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)


class Allowance(NamedTuple):
    """What may be done ``limit`` times within ``period``; ``key`` says by whom and what.

    ``ahead`` is how long before a place may be booked (``book_place``).
    """

    key: str
    limit: int
    period: timedelta
    ahead: timedelta = timedelta()


class Place(NamedTuple):
    """A place that was taken."""

    key: str
    place: int


def allowance_key(*parts: str) -> str:
    """Return the key for a purpose and those it is counted for, of which it tells nothing."""
    return _hash(current_settings().secret_key, parts)


def former_allowance_keys(*parts: str) -> list[str]:
    """Return the keys that former secrets made for the same."""
    return [_hash(secret, parts) for secret in current_settings().former_secret_keys]


def _hash(secret: str, parts: tuple[str, ...]) -> str:
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def seconds_to_wait(allowances: Iterable[Allowance]) -> int:
    """Return how long until each of them has a free place; 0 when all have one."""
    now = clock.now()
    waits = [_free_at(allowance, now) - now for allowance in allowances]
    longest = max(waits, default=timedelta())
    return max(0, ceil(longest.total_seconds()))


def _free_at(allowance: Allowance, now: datetime) -> datetime:
    uses = (
        select(AllowanceUse.free_at)
        .where(AllowanceUse.key == allowance.key, _is_taken(allowance, now))
        .order_by(AllowanceUse.free_at.desc())
        # With the limit lowered meanwhile there may be more places taken than there are.
        .limit(allowance.limit)
    )
    taken = db.session.scalars(uses).all()
    return taken[-1] if len(taken) == allowance.limit else now


def _is_taken(allowance: Allowance, now: datetime) -> ColumnElement[bool]:
    # A place taken for longer than the period was taken before the clock was set back, or by
    # somebody who came after us and got the lock first.
    longest = now + allowance.ahead + allowance.period + CLOCK_SLACK
    return (AllowanceUse.free_at > now) & (AllowanceUse.free_at <= longest)


def take_place(allowance: Allowance) -> Place | None:
    """Use an allowance once, in the present writing transaction; None when it is used up."""
    now = clock.now()
    taken = set(
        db.session.scalars(
            select(AllowanceUse.place).where(
                AllowanceUse.key == allowance.key, _is_taken(allowance, now)
            )
        )
    )
    for place in sorted(set(range(allowance.limit)) - taken):
        # Somebody else may have been faster with this one: then the next is tried.
        values = {"key": allowance.key, "place": place, "free_at": now + allowance.period}
        if replace_where(AllowanceUse, values, ~_is_taken(allowance, now)):
            return Place(allowance.key, place)
    return None


def book_place(allowance: Allowance) -> datetime:
    """Use an allowance once, as soon as it has room; returns when that is.

    A place that is taken is booked from when it is free, so those who wait are spread. Who finds
    everything booked goes when booking ends, without a place.
    """
    if take_place(allowance) is not None:
        return clock.now()
    now = clock.now()
    uses = (
        select(AllowanceUse.place, AllowanceUse.free_at)
        .where(AllowanceUse.key == allowance.key, _is_taken(allowance, now))
        .where(AllowanceUse.free_at <= now + allowance.ahead)
        .order_by(AllowanceUse.free_at, AllowanceUse.place)
    )
    for place, free_at in db.session.execute(uses).all():
        use = (AllowanceUse.key == allowance.key, AllowanceUse.place == place)
        later = update(AllowanceUse).where(*use, AllowanceUse.free_at == free_at)
        booked: Any = db.session.execute(later.values(free_at=free_at + allowance.period))
        if booked.rowcount:
            return free_at
    return now + allowance.ahead


def give_back(places: Iterable[Place]) -> None:
    """Free places again, as if they had not been used."""
    for key, place in places:
        db.session.execute(
            delete(AllowanceUse).where(AllowanceUse.key == key, AllowanceUse.place == place)
        )


def forget_uses(key: str) -> None:
    """Free all places of an allowance."""
    db.session.execute(delete(AllowanceUse).where(AllowanceUse.key == key))


def count_uses(key: str) -> int:
    """Return how many places are taken now."""
    uses = select(func.count()).where(AllowanceUse.key == key, AllowanceUse.free_at > clock.now())
    return db.session.scalar(uses) or 0


def prune_allowances() -> None:
    """Forget uses that no longer count (periodic)."""
    db.session.execute(delete(AllowanceUse).where(AllowanceUse.free_at <= clock.now()))
