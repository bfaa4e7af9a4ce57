"""What the values of rules may be, and how they are written down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Self
from zoneinfo import ZoneInfo

from reputation.ledger.rules import (
    FIRST_RULES,
    PAYBACK,
    PAYBACK_1,
    SETTLED,
    Rules,
)

VALUE_MAX = 10_000
GIVERS_MAX = 1_000
CAP_MAX = 100_000
# A payback period is locked two weeks after its end: by then everything must have matured.
MATURING_MAX_DAYS = 14
NUMBERS = ("full_givers", "later_kudos", "daily_cap")


@dataclass(frozen=True, kw_only=True)
class Values:
    """Rules without their place in time."""

    amounts: Mapping[str, int]
    full_givers: int
    later_kudos: int
    daily_cap: int
    matures_after_days: int | None

    @classmethod
    def of(cls, rules: Rules) -> Self:
        """Return the values of a version, with 0 for what it does not name."""
        return cls(
            amounts={cause: rules.values.get(cause, 0) for cause in SETTLED},
            full_givers=rules.full_givers,
            later_kudos=rules.later_kudos,
            daily_cap=rules.daily_cap,
            matures_after_days=rules.matures_after_days,
        )

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Self:
        """Return values as ``written`` wrote them."""
        return cls(**written)

    def written(self) -> dict[str, Any]:
        """Return the values as JSON can hold them."""
        return {
            "amounts": dict(self.amounts),
            "full_givers": self.full_givers,
            "later_kudos": self.later_kudos,
            "daily_cap": self.daily_cap,
            "matures_after_days": self.matures_after_days,
        }

    def as_rules(self, begins_at: datetime, version: int = 0) -> Rules:
        """Return rules with these values; what brings nothing is left out."""
        return Rules(
            version=version,
            begins_at=begins_at,
            values={cause: amount for cause, amount in self.amounts.items() if amount},
            full_givers=self.full_givers,
            later_kudos=self.later_kudos,
            daily_cap=self.daily_cap,
            matures_after_days=self.matures_after_days,
        )


def first_values(currency: str) -> Values:
    """Return what a draft begins with where no rules hold yet."""
    first = PAYBACK_1 if currency == PAYBACK else FIRST_RULES[currency][0]
    return Values.of(first)


def unfit(values: Values, currency: str) -> set[str]:
    """Return which fields cannot be as they are; causes are named ``value_CAUSE``."""
    wrong = {
        f"value_{cause}" for cause in SETTLED if not 0 <= values.amounts.get(cause, -1) <= VALUE_MAX
    }
    highest = {"full_givers": GIVERS_MAX, "later_kudos": VALUE_MAX, "daily_cap": CAP_MAX}
    wrong |= {name for name in NUMBERS if not 0 <= getattr(values, name) <= highest[name]}
    if not _is_maturing_fit(values.matures_after_days, currency):
        wrong.add("matures_after_days")
    return wrong


def _is_maturing_fit(days: int | None, currency: str) -> bool:
    """Standing counts at once; money waits, so that what is taken back was never paid."""
    if currency == PAYBACK:
        return days is not None and 1 <= days <= MATURING_MAX_DAYS
    return days is None


def beginning_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
