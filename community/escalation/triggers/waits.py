"""How long questions wait for a first answer, by the hour they are asked at. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

from community.escalation.sla.timing import share_within
from community.escalation.triggers.models import ANY_HOUR

# Fewer say nothing about the next one.
FEWEST_QUESTIONS = 20


@dataclass(frozen=True)
class HourWait:
    """What half, and nine of ten, of an hour's questions waited; None where fewer were answered."""

    hour: int
    median_minutes: int | None
    most_minutes: int | None
    questions_count: int


def waits_by_hour(
    questions: Iterable[tuple[datetime, datetime | None]], zone: ZoneInfo
) -> Iterator[HourWait]:
    """Sum up when questions were asked and first answered, by the hour in a zone and in all.

    What nobody answered waited longer than all others. Hours with too few questions are left out.
    """
    minutes: dict[int, list[float]] = defaultdict(list)
    for asked_at, answered_at in questions:
        wait = inf if answered_at is None else (answered_at - asked_at).total_seconds() / 60
        for hour in (ANY_HOUR, asked_at.astimezone(zone).hour):
            minutes[hour].append(max(0.0, wait))
    for hour in sorted(minutes):
        waits = sorted(minutes[hour])
        if len(waits) >= FEWEST_QUESTIONS:
            yield HourWait(hour, share_within(waits, 50), share_within(waits, 90), len(waits))
