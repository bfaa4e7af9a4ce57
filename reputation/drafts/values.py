"""What the values of rules may be, and how they are written down. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from reputation.ledger.rules import (
    BONUSES,
    FIRST_RULES,
    PAYBACK,
    PAYBACK_1,
    SETTLED,
    Promotion,
    Rules,
)

VALUE_MAX = 10_000
GIVERS_MAX = 1_000
CAP_MAX = 100_000
# A payback period is locked two weeks after its end: by then everything must have matured.
MATURING_MAX_DAYS = 14
# A promotion makes more of points, never less, and is over while people still remember it.
PERCENT_MIN = 101
PERCENT_MAX = 1_000
PROMOTION_MAX_DAYS = 92
BUDGET_MAX = 10_000_000
NUMBERS = ("full_givers", "later_kudos", "daily_cap")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A promotion without its place in time: it begins with its rules and lasts some days."""

    cause: str
    board_id: int | None
    percent: int
    days: int
    budget: int

    def as_promotion(self, ends_at: datetime) -> Promotion:
        """Return the promotion as rules hold it."""
        return Promotion(
            cause=self.cause,
            board_id=self.board_id,
            percent=self.percent,
            ends_at=ends_at,
            budget=self.budget,
        )


@dataclass(frozen=True, kw_only=True)
class Values:
    """Rules without their place in time."""

    amounts: Mapping[str, int]
    full_givers: int
    later_kudos: int
    daily_cap: int
    matures_after_days: int | None
    promotion: Offer | None = None

    @classmethod
    def of(cls, rules: Rules) -> Self:
        """Return the values of a version, with 0 for what it does not name.

        Its promotion is its own: newer rules begin without one.
        """
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
        offer = written.get("promotion")
        return cls(**{**written, "promotion": Offer(**offer) if offer else None})

    def written(self) -> dict[str, Any]:
        """Return the values as JSON can hold them."""
        return {
            "amounts": dict(self.amounts),
            "full_givers": self.full_givers,
            "later_kudos": self.later_kudos,
            "daily_cap": self.daily_cap,
            "matures_after_days": self.matures_after_days,
            "promotion": asdict(self.promotion) if self.promotion else None,
        }

    def as_rules(
        self, begins_at: datetime, version: int = 0, *, promotion_ends_at: datetime | None = None
    ) -> Rules:
        """Return rules with these values; what brings nothing is left out.

        A promotion ends so many times 24 hours after it began, unless it is said when.
        """
        offer = self.promotion
        ends_at = promotion_ends_at or begins_at + timedelta(days=offer.days if offer else 0)
        return Rules(
            version=version,
            begins_at=begins_at,
            values={cause: amount for cause, amount in self.amounts.items() if amount},
            full_givers=self.full_givers,
            later_kudos=self.later_kudos,
            daily_cap=self.daily_cap,
            matures_after_days=self.matures_after_days,
            promotion=offer.as_promotion(ends_at) if offer else None,
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
    return wrong | _unfit_offer(values.promotion)


def _unfit_offer(offer: Offer | None) -> set[str]:
    if offer is None:
        return set()
    fits = {
        "promotion_cause": offer.cause in BONUSES,
        "promotion_percent": PERCENT_MIN <= offer.percent <= PERCENT_MAX,
        "promotion_days": 1 <= offer.days <= PROMOTION_MAX_DAYS,
        "promotion_budget": 1 <= offer.budget <= BUDGET_MAX,
    }
    return {name for name, fit in fits.items() if not fit}


def _is_maturing_fit(days: int | None, currency: str) -> bool:
    """Standing counts at once; money waits, so that what is taken back was never paid."""
    if currency == PAYBACK:
        return days is not None and 1 <= days <= MATURING_MAX_DAYS
    return days is None


def beginning_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
