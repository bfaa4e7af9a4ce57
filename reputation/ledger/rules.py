"""What is worth how many points, since when. Pure; a rule is never changed, a new one follows it.

Source: product rules 2.1 (reputation) and 2.5 (payback).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

REPUTATION = "reputation"
PAYBACK = "payback"
CURRENCIES = (REPUTATION, PAYBACK)

# Causes that follow from rows of the database, and are settled.
ACCEPTED = "accepted"
ACCEPTANCE_GIVEN = "acceptance_given"
KUDOS_ANSWER = "kudos_answer"
KUDOS_QUESTION = "kudos_question"
CONFIRMED = "confirmed"
EDIT_TAKEN = "edit_taken"
SPOTLIT = "spotlit"
KUDOS = (KUDOS_ANSWER, KUDOS_QUESTION)
FACTS = (ACCEPTED, SPOTLIT, ACCEPTANCE_GIVEN, CONFIRMED)
SETTLED = (*FACTS, *KUDOS, EDIT_TAKEN)
# What a promotion adds to a cause, booked as an entry of its own beside it.
BONUSES = {ACCEPTED: "accepted_bonus", ACCEPTANCE_GIVEN: "acceptance_bonus"}
BOOKED = (*SETTLED, *BONUSES.values())
# What suggested changes bring one member in all, however many are taken.
EDITS_LIFETIME = 1_000
# Booked by hand, by an import or by paying.
OPENING = "opening"
ADJUSTMENT = "adjustment"
PAYOUT = "payout"
EXPIRED = "expired"
POSTED = (OPENING, ADJUSTMENT, PAYOUT, EXPIRED)
EARNED = (*BOOKED, OPENING, ADJUSTMENT)
# They only ever take away, and never more than there is.
OUTGOING = (PAYOUT, EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """For a while a cause brings more: ``percent`` of its points, on a board or (None) on all.

    It begins with its rules and ends before ``ends_at``, or when newer rules begin, or when its
    ``budget`` of points is given away. Source: product rule D15.
    """

    cause: str
    board_id: int | None
    percent: int
    ends_at: datetime
    budget: int

    def covers(self, cause: str, at: datetime) -> bool:
        """Say whether a cause at an instant brings more, on a board it is for."""
        return cause == self.cause and at < self.ends_at

    def is_for(self, board_id: int) -> bool:
        """Say whether it is for what happens on a board."""
        return self.board_id is None or self.board_id == board_id

    def bonus(self, amount: int) -> int:
        """Return what is added to so many points, rounded down."""
        return amount * (self.percent - 100) // 100


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The values of one version of one currency, in whole points.

    The first ``full_givers`` people who thank for one post bring the full value, everybody after
    them ``later_kudos``. ``daily_cap`` limits what kudos of one day (UTC) bring in all; whatever
    else is gained lies outside it. ``matures_after_days`` is None where points count at once.
    """

    version: int
    begins_at: datetime
    values: Mapping[str, int] = field(hash=False)
    full_givers: int
    later_kudos: int
    daily_cap: int
    matures_after_days: int | None = None
    promotion: Promotion | None = None

    def worth(self, cause: str, place: int) -> int:
        """Return what kudos bring whose giver is the ``place``-th of the post, counted from 1."""
        full = self.values.get(cause, 0)
        return full if place <= self.full_givers else min(full, self.later_kudos)


@dataclass(frozen=True)
class RuleBook:
    """All versions of the rules of both currencies."""

    versions: Mapping[str, Sequence[Rules]]

    def at(self, currency: str, at: datetime) -> Rules | None:
        """Return the rules that held at an instant; None where there were none."""
        begun = [rules for rules in self.versions.get(currency, ()) if rules.begins_at <= at]
        return max(begun, key=lambda rules: rules.begins_at, default=None)

    def after(self, currency: str, at: datetime) -> tuple[Rules, ...]:
        """Return the rules that begin later than an instant, the next ones first."""
        coming = [rules for rules in self.versions.get(currency, ()) if rules.begins_at > at]
        return tuple(sorted(coming, key=lambda rules: rules.begins_at))


# What a new site begins with. Payback has no rules until an operator opens a first period: only
# from then on is money owed. A cause that is new here changes nothing that was booked; on a site
# with rules of its own it brings nothing until its operator says how much.
REPUTATION_1 = Rules(
    version=1,
    begins_at=datetime(2000, 1, 1, tzinfo=UTC),
    values={
        ACCEPTED: 15,
        SPOTLIT: 10,
        ACCEPTANCE_GIVEN: 2,
        KUDOS_ANSWER: 10,
        KUDOS_QUESTION: 5,
        CONFIRMED: 1,
        EDIT_TAKEN: 2,
    },
    full_givers=5,
    later_kudos=2,
    daily_cap=200,
)
PAYBACK_1 = Rules(
    version=1,
    begins_at=datetime(2000, 1, 1, tzinfo=UTC),
    values={ACCEPTED: 20, KUDOS_ANSWER: 1},
    full_givers=5,
    later_kudos=0,
    daily_cap=20,
    matures_after_days=14,
)
FIRST_RULES: Mapping[str, tuple[Rules, ...]] = {REPUTATION: (REPUTATION_1,), PAYBACK: ()}
