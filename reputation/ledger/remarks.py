"""Why a line brings less than the rules name, and which lines are not certain yet. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from reputation.ledger.lines import Line
from reputation.ledger.rules import KUDOS, RuleBook, Rules

# The daily cap left less of it; the post had been thanked for often; the day brings no more.
CUT = "cut"
LATER = "later"
FULL_DAY = "full-day"

PENDING, CERTAIN, REVERSED, REVERSAL = "pending", "certain", "reversed", "reversal"


def remarks_on(lines: Sequence[Line], book: RuleBook, days: Mapping[date, int]) -> dict[int, str]:
    """Return a remark by line; ``days`` is what kudos of each day (UTC) brought in all.

    The latest kudos of a day that is full says so, where the cap has cut nothing off it: what came
    after it brought nothing and has no line.
    """
    remarks: dict[int, str] = {}
    told: set[date] = set()
    for line in lines:
        rules = rules_of(line, book)
        if line.cause not in KUDOS or line.is_reversal or line.reversed_at or rules is None:
            continue
        remark = _remark(line, rules)
        if days.get(line.earned_on, 0) >= rules.daily_cap and line.earned_on not in told:
            told.add(line.earned_on)
            remark = CUT if remark == CUT else FULL_DAY
        if remark:
            remarks[line.id] = remark
    return remarks


def _remark(line: Line, rules: Rules) -> str:
    full = rules.values.get(line.cause, 0)
    if line.amount >= full:
        return ""
    return LATER if line.amount == min(full, rules.later_kudos) else CUT


def rules_of(line: Line, book: RuleBook) -> Rules | None:
    """Return the version of the rules a line was booked by; None where none is known."""
    versions = book.versions.get(line.currency, ())
    return next((rules for rules in versions if rules.version == line.rule_version), None)


def state_of(line: Line, now: datetime) -> str:
    """Return whether a line is pending, certain, taken back, or itself takes something back."""
    if line.is_reversal:
        return REVERSAL
    if line.reversed_at is not None:
        return REVERSED
    return PENDING if line.matures_at is not None and line.matures_at > now else CERTAIN
