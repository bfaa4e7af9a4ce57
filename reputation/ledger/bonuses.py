"""What promotions add to gains. Pure: no database, no clock.

What a promotion gives for a gain is decided once, first come, first served: its *share*. It stays
whatever happens to the post, also when its board changes, so that taking back and giving again
neither spends the budget twice nor depends on the order of things. Without a share nothing is
booked.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reputation.ledger.gains import Gain
from reputation.ledger.rules import BONUSES, Promotion, RuleBook


class ShareKey(NamedTuple):
    """A promotion, named by its rules, and the post it is to pay more for to this member."""

    currency: str
    rule_version: int
    post_id: int


def share_key(gain: Gain) -> ShareKey:
    """Return what names the share of a gain."""
    return ShareKey(gain.currency, gain.rule_version, gain.post_id or 0)


def promotion_of(book: RuleBook, gain: Gain) -> Promotion | None:
    """Return the promotion that covers a gain, on whatever board it was earned."""
    rules = book.at(gain.currency, gain.occurred_at)
    found = rules.promotion if rules else None
    return found if found and found.covers(gain.cause, gain.occurred_at) else None


def bonuses_due(book: RuleBook, gains: Iterable[Gain], boards: Mapping[int, int]) -> list[Gain]:
    """Return what promotions would add if their budgets had no end; ``boards`` are those of the
    posts."""
    due = []
    for gain in gains:
        promotion = promotion_of(book, gain)
        if promotion and promotion.is_for(boards.get(gain.post_id or 0, 0)):
            due.append(bonus_for(gain, promotion.bonus(gain.amount)))
    return [gain for gain in due if gain.amount]


def bonuses_of(book: RuleBook, gains: Iterable[Gain], shares: Mapping[ShareKey, int]) -> list[Gain]:
    """Return what promotions add to these gains by the shares that were given."""
    promoted = [gain for gain in gains if promotion_of(book, gain)]
    given = [bonus_for(gain, shares.get(share_key(gain), 0)) for gain in promoted]
    return [gain for gain in given if gain.amount]


def bonus_for(gain: Gain, amount: int) -> Gain:
    """Return the gain that stands beside another one."""
    return gain._replace(cause=BONUSES[gain.cause], amount=amount)
