"""Which periods leaderboards have and what counts in them. Pure.

Periods begin and end at midnight of the site's zone, as payback periods do. What somebody brought
along, a correction by hand and the point for a confirmed address belong to a member's standing but
were not gained by helping on a day: they count in "all" of the whole site alone.
"""

from datetime import UTC, date, datetime, tzinfo

from community.core.spans import DAY, MONTH, WEEK, Span, span_of
from reputation.ledger.rules import ACCEPTANCE_GIVEN, ACCEPTED, BONUSES, EDIT_TAKEN, KUDOS, SPOTLIT

EVER = "all"
PERIODS = (DAY, WEEK, MONTH, EVER)
WHOLE_SITE = 0
HELPING = (ACCEPTED, SPOTLIT, ACCEPTANCE_GIVEN, *BONUSES.values(), EDIT_TAKEN, *KUDOS)
# A date that both databases hold, for the period that never begins.
BEGINNING = date(1970, 1, 1)


def period_at(period: str, moment: datetime, zone: tzinfo) -> Span:
    """Return the period of this name that an instant falls into."""
    if period == EVER:
        return Span(
            BEGINNING,
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, tzinfo=UTC),
        )
    return span_of(period, moment, zone)


def places_of(points: list[int]) -> list[int]:
    """Return the places of points in falling order; equals share one, and the next are skipped."""
    places: list[int] = []
    for index, number in enumerate(points):
        is_tie = bool(places) and number == points[index - 1]
        places.append(places[-1] if is_tie else index + 1)
    return places


def whole_groups(points: list[int], most: int) -> int:
    """Return how many of these may be shown so that equals are shown together or not at all.

    ``points`` fall and hold one more than ``most`` where there are more. A group larger than
    ``most`` is cut after all.
    """
    if len(points) <= most:
        return len(points)
    kept = sum(1 for number in points[:most] if number > points[most])
    return kept or most
