"""When a question is handed to the support team because nobody else has answered it. Pure.

Source: product rules H1 and 2.6: so many business hours by board and urgency, not older than seven
days, the asker still active, once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.escalation.calendars.business_time import (
    NeverOpen,
    OpeningHours,
    add_business_minutes,
)

OLDEST = timedelta(days=7)
NORMAL_HOURS, URGENT_HOURS = 24, 4
ME_TOO_COUNT = 5
MINUTES = 60


@dataclass(frozen=True)
class Rule:
    """When questions of a board are handed over; see ``HandoverRule``."""

    is_on: bool = True
    is_urgent: bool = False
    urgent_tags: frozenset[str] = frozenset()
    normal_hours: int = NORMAL_HOURS
    urgent_hours: int = URGENT_HOURS
    me_too_count: int = ME_TOO_COUNT

    def makes_urgent(self, tags: Collection[str]) -> bool:
        """Say whether a question with these tags is urgent."""
        return self.is_urgent or not self.urgent_tags.isdisjoint(tags)

    def hours_for(self, tags: Collection[str]) -> int:
        """Return the business hours that a question with these tags waits."""
        return self.urgent_hours if self.makes_urgent(tags) else self.normal_hours


@dataclass(frozen=True)
class Waiting:
    """What of a question says whether it waits for somebody else's answer, and until when.

    ``was_handed_over`` says that it was handed over for that before.
    """

    asked_at: datetime
    visibility: str
    status: str
    is_answered: bool
    is_locked: bool
    awaits_asker: bool
    asker_is_active: bool
    was_handed_over: bool
    tags: frozenset[str]
    rule: Rule

    @property
    def is_waiting(self) -> bool:
        """Whether the team is to take it over unless somebody else answers."""
        seen = self.visibility == "published" and self.status == "open" and not self.is_locked
        theirs = self.awaits_asker or not self.asker_is_active
        return self.rule.is_on and seen and not (theirs or self.is_answered or self.was_handed_over)


def wait_ends(
    asked_at: datetime, rule: Rule, tags: Collection[str], hours: OpeningHours
) -> datetime:
    """Return when a question has waited as long as its board lets it; raises ``NeverOpen``."""
    return add_business_minutes(hours, asked_at, rule.hours_for(tags) * MINUTES)


def handover_due(question: Waiting, hours: OpeningHours) -> datetime | None:
    """Return when a question is handed over; None where it is not.

    What comes due later than seven days after the asking is not handed over. That is judged by the
    deadline, not by when somebody looks: however long nobody could look, nothing due is lost.
    """
    if not question.is_waiting:
        return None
    return due_within_days(question.asked_at, question.rule, question.tags, hours)


def due_within_days(
    asked_at: datetime, rule: Rule, tags: Collection[str], hours: OpeningHours
) -> datetime | None:
    """Return when the wait ends; None where that is later than seven days after the asking."""
    try:
        due = wait_ends(asked_at, rule, tags, hours)
    except NeverOpen:
        return None
    return due if due - asked_at <= OLDEST else None


def is_too_old(asked_at: datetime, now: datetime) -> bool:
    """Say whether a question is too old to begin waiting: it was restored, or imported."""
    return now - asked_at > OLDEST
