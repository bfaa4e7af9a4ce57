"""How much a flag weighs, and from which weight on something happens. Pure.

Source: product rules 2.4, after Discourse's flag score.
"""

from math import log

STAFF_TRUST = 5
AT_ONCE_BONUS = 5.0
# So many flags have to be decided before somebody's accuracy counts, and this share be right.
DECIDED_BEFORE_COUNTING = 5
FAIR_SHARE = 0.7

_BASE = 12.5
_SHARES = {"low": 9 / 9, "medium": 6 / 9, "high": 3 / 9}
SILENCE_WEIGHT = _BASE * 3 / 9 * 0.6
SILENCE_FLAGGERS = 3


def accuracy_bonus(agreed: int, decided: int) -> float:
    """Return what having been right adds to a flag's weight, or having been wrong takes off.

    ``agreed`` of ``decided`` flags were right. Nothing up to five decided flags; from there
    (*p* - 0.7) / 0.3 · 5 · log₄ *n* where the share *p* is fair, else -(0.7 - *p*) / 0.7 · 5 ·
    log₄ *n*.
    """
    if decided <= DECIDED_BEFORE_COUNTING:
        return 0.0
    distance = agreed / decided - FAIR_SHARE
    span = 1 - FAIR_SHARE if distance >= 0 else FAIR_SHARE
    return distance / span * 5 * log(decided, 4)


def weight_of(
    *, trust_level: int, is_staff: bool, agreed: int, decided: int, at_once: bool
) -> float:
    """Return the weight of a flag, never below 0; staff count as trust level 5.

    ``at_once`` is a moderator who acts without waiting for others.
    """
    standing = 1 + (STAFF_TRUST if is_staff else trust_level)
    bonus = AT_ONCE_BONUS if at_once else 0.0
    return max(0.0, standing + accuracy_bonus(agreed, decided) + bonus)


def hiding_weight(sensitivity: str) -> float:
    """Return from which weight on a post is hidden: 12.5 (low), 8.33 (medium) or 4.17 (high)."""
    return _BASE * _SHARES[sensitivity]
