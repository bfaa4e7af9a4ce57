"""What it takes to hold a rank or a badge: pure, no database, no clock.

Source: product rows E1 and E2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# In the order in which pages name them.
MEASURES = ("points", "solved", "kudos", "helped", "days")
HIGHEST = 1_000_000


class Measures(NamedTuple):
    """What counts of a member: whole numbers, as they are now.

    ``points`` of reputation (may be negative), ``solved`` accepted answers to questions of others,
    ``kudos`` received, ``helped`` different people whose question one of those answers solved,
    ``days`` since they joined.
    """

    points: int = 0
    solved: int = 0
    kudos: int = 0
    helped: int = 0
    days: int = 0


@dataclass(frozen=True)
class Criteria:
    """What is needed: each of ``needs``, and at least one of ``one_of`` where any is named."""

    needs: Mapping[str, int] = field(default_factory=dict)
    one_of: Mapping[str, int] = field(default_factory=dict)


def is_met(criteria: Criteria, measures: Measures) -> bool:
    """Say whether a member has what is needed."""
    has_all = all(getattr(measures, name) >= least for name, least in criteria.needs.items())
    return has_all and _has_one(criteria, measures)


def _has_one(criteria: Criteria, measures: Measures) -> bool:
    return not criteria.one_of or any(
        getattr(measures, name) >= least for name, least in criteria.one_of.items()
    )


def level_of(ladder: Mapping[int, Criteria], measures: Measures) -> int:
    """Return the highest level whose criteria are met; 0 where none is.

    A level does not ask for the ones below: who makes a ladder on which they get easier upwards
    means so.
    """
    return max((level for level in ladder if is_met(ladder[level], measures)), default=0)


def missing(criteria: Criteria, measures: Measures) -> Criteria:
    """Return what a member still lacks; of what only one is needed nothing, once they have it."""
    return Criteria(
        _lacking(criteria.needs, measures),
        {} if _has_one(criteria, measures) else _lacking(criteria.one_of, measures),
    )


def _lacking(wanted: Mapping[str, int], measures: Measures) -> dict[str, int]:
    lacking = {name: least - getattr(measures, name) for name, least in wanted.items()}
    return {name: lacking[name] for name in MEASURES if lacking.get(name, 0) > 0}


def percent_done(criteria: Criteria, measures: Measures) -> int:
    """Return how much of the way is done, 0 to 100: the part that is furthest behind decides.

    100 is said only of who is there.
    """
    if is_met(criteria, measures):
        return 100
    shares = [_share(name, least, measures) for name, least in criteria.needs.items()]
    if criteria.one_of:
        shares.append(max(_share(name, n, measures) for name, n in criteria.one_of.items()))
    return min(99, *shares) if shares else 0


def _share(name: str, least: int, measures: Measures) -> int:
    if least <= 0:
        return 100
    held: int = getattr(measures, name)
    return max(0, min(100, held * 100 // least))


def fit_wanted(typed: Mapping[str, object]) -> dict[str, int]:
    """Return the numbers that ask for something, in the order of ``MEASURES``.

    Raises ``ValueError`` for what is no whole number from 0 to a million.
    """
    wanted = {}
    for name in MEASURES:
        text = str(typed.get(name) or "0").strip() or "0"
        if not (text.isascii() and text.isdecimal() and int(text[:8]) <= HIGHEST):
            raise ValueError(name)
        if int(text):
            wanted[name] = int(text)
    return wanted
