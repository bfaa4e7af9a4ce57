"""Who carries how much, and who has fallen silent: a guard against leaning on few. Pure.

Source: product rules, feature E7.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

SILENT_AFTER = timedelta(days=14)
# Who answered on this many of so many days helps nearly every day, weekends aside.
HELPING_DAYS = 15
WITHIN = timedelta(days=28)
TOP = 10
SHARE_OF = timedelta(days=30)


class Concentration(NamedTuple):
    """How many answers of a time came from the ten who gave the most."""

    top: int
    answers: int

    @property
    def percent(self) -> int:
        """The share in whole percent, rounded down; 0 where nobody answered."""
        return 100 * self.top // self.answers if self.answers else 0


def concentration_of(counts: Sequence[int]) -> Concentration:
    """Return the share of the ten with the highest counts of answers."""
    return Concentration(sum(sorted(counts, reverse=True)[:TOP]), sum(counts))


def helped_daily(instants: Collection[datetime]) -> bool:
    """Say whether somebody who answered then helped nearly every day before their last answer.

    Days are counted in UTC.
    """
    if not instants:
        return False
    last = max(instants)
    days: set[date] = {at.date() for at in instants if at > last - WITHIN}
    return len(days) >= HELPING_DAYS
