"""What members would have earned under other rules. Pure: no database, no clock.

Computed with the very functions that settle accounts, so the answer is what the ledger would hold.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from reputation.ledger.bonuses import bonuses_due
from reputation.ledger.gains import (
    AcceptedAnswer,
    Gain,
    TakenEdit,
    Thanks,
    capped,
    gains_of_acceptances,
    gains_of_confirmation,
    gains_of_edits,
    gains_of_kudos,
    within_lifetime,
)
from reputation.ledger.rules import RuleBook, Rules

TOP = 20
# By how many per cent of what they earn under the present rules people gain or lose: up to each
# border, and beyond the last one.
BORDERS = (-50, -20, -5, 5, 20, 50)


class Facts(NamedTuple):
    """All that one member may have earned by."""

    user_id: int
    accepted: Collection[AcceptedAnswer]
    thanks: Collection[Thanks]
    confirmed_at: datetime | None
    edits: Collection[TakenEdit] = ()


class Span(NamedTuple):
    """A time from an instant until before another one."""

    begins_at: datetime
    ends_at: datetime


class Outcome(NamedTuple):
    """What a member earns in a time under two sets of rules.

    ``bonus`` is what a promotion adds to ``after``, if its budget had no end.
    """

    user_id: int
    before: int
    after: int
    bonus: int = 0


def with_rules(book: RuleBook, currency: str, rules: Rules | None, since: datetime) -> RuleBook:
    """Return a book in which these rules (None: no rules) hold from an instant on."""
    former = [each for each in book.versions.get(currency, ()) if each.begins_at < since]
    standing = (*former, rules) if rules else ()
    return RuleBook({**book.versions, currency: standing})


def earned(book: RuleBook, facts: Facts, currency: str, span: Span) -> int:
    """Return what a member earns in a time in one currency, without what a promotion adds."""
    gains = (
        *gains_of_acceptances(book, facts.user_id, facts.accepted),
        *gains_of_confirmation(book, facts.user_id, facts.confirmed_at),
        *capped(book, gains_of_kudos(book, facts.user_id, facts.thanks)),
        *within_lifetime(gains_of_edits(book, facts.user_id, facts.edits)),
    )
    return _sum_in(span, currency, gains)


def promised(book: RuleBook, facts: Facts, currency: str, span: Span) -> int:
    """Return what a promotion adds in a time in one currency, if its budget has no end."""
    gains = gains_of_acceptances(book, facts.user_id, facts.accepted)
    boards = {fact.answer_id: fact.board_id for fact in facts.accepted}
    return _sum_in(span, currency, bonuses_due(book, gains, boards))


def _sum_in(span: Span, currency: str, gains: Iterable[Gain]) -> int:
    return sum(
        gain.amount
        for gain in gains
        if gain.currency == currency and span.begins_at <= gain.occurred_at < span.ends_at
    )


def empty_summary() -> dict[str, Any]:
    """Return the summary of nobody."""
    return {
        "members": 0,
        "before": 0,
        "after": 0,
        "gainers": 0,
        "losers": 0,
        "spread": [0] * (len(BORDERS) + 1),
        "gaining": [],
        "losing": [],
        "bonus": 0,
    }


def add_outcomes(summary: Mapping[str, Any], outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Return a summary with more members in it; who earns nothing either way is not counted."""
    counted = [each for each in outcomes if each.before or each.after]
    changes = [each.after - each.before for each in counted]
    spread = list(summary["spread"])
    for each in counted:
        spread[bucket_of(each)] += 1
    return {
        "members": summary["members"] + len(counted),
        "before": summary["before"] + sum(each.before for each in counted),
        "after": summary["after"] + sum(each.after for each in counted),
        "gainers": summary["gainers"] + sum(change > 0 for change in changes),
        "losers": summary["losers"] + sum(change < 0 for change in changes),
        "spread": spread,
        "gaining": _top(summary["gaining"], [e for e in counted if e.after > e.before], -1),
        "losing": _top(summary["losing"], [e for e in counted if e.after < e.before], 1),
        "bonus": summary.get("bonus", 0) + sum(each.bonus for each in counted),
    }


def bucket_of(outcome: Outcome) -> int:
    """Return the place in ``spread`` of a member: how many borders their change lies beyond."""
    change = outcome.after - outcome.before
    if not outcome.before:
        return len(BORDERS)
    return sum(
        change * 100 > border * outcome.before
        if border > 0
        else change * 100 >= border * outcome.before
        for border in BORDERS
    )


def _top(former: Iterable[Any], new: Iterable[Outcome], sign: int) -> list[list[int]]:
    """Return the largest changes of all, the largest first; ties by member."""
    everybody = [Outcome(*each) for each in former] + list(new)
    everybody.sort(key=lambda each: (sign * (each.after - each.before), each.user_id))
    return [list(each[:3]) for each in everybody[:TOP]]
