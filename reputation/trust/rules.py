"""Which trust level somebody has reached: no database, no clock.

Source: product rules 2.3 (after Discourse) and the state machine "Trust level". Levels 1 and 2 are
kept once they are reached. Level 3 is asked for anew each day, over the last hundred days; who does
not hold it any more loses it after a grace of fourteen days. Level 4 comes with the role of a
superuser and goes with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

NEW, BASIC, MEMBER, REGULAR, LEADER = LEVELS = (0, 1, 2, 3, 4)
WINDOW = timedelta(days=100)
GRACE = timedelta(days=14)
MOST_UPHELD_FLAGS = 5


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What a member did: reading and all ``recent_`` within the last hundred days, the rest ever.

    ``minutes`` are spent on the site, ``questions_answered`` counts others' questions once each,
    ``accepted`` are own answers that others accepted, ``upheld_flags`` reports about the member
    that moderators agreed with.
    """

    topics_entered: int = 0
    posts_read: int = 0
    minutes: int = 0
    days_visited: int = 0
    likes_given: int = 0
    likes_received: int = 0
    questions_answered: int = 0
    accepted: int = 0
    recent_likes_given: int = 0
    recent_likes_received: int = 0
    recent_questions_answered: int = 0
    recent_accepted: int = 0
    upheld_flags: int = 0


NEEDS: Mapping[int, Mapping[str, int]] = {
    BASIC: {"topics_entered": 5, "posts_read": 30, "minutes": 10},
    MEMBER: {
        "topics_entered": 20,
        "posts_read": 100,
        "minutes": 60,
        "days_visited": 15,
        "likes_given": 1,
        "likes_received": 1,
        "questions_answered": 3,
    },
    # Discourse asks for a quarter of all topics viewed; ours for accepted answers.
    REGULAR: {
        "days_visited": 50,
        "recent_questions_answered": 10,
        "recent_accepted": 10,
        "recent_likes_given": 30,
        "recent_likes_received": 20,
    },
}


@dataclass(frozen=True)
class Standing:
    """A level, whether an administrator has fixed it, and until when it stands in spite of all."""

    level: int
    is_fixed: bool = False
    grace_until: datetime | None = None


class Need(NamedTuple):
    """One thing the next level takes: its name in ``Measures``, what is there, what it takes."""

    name: str
    have: int
    wanted: int

    @property
    def is_met(self) -> bool:
        return self.have >= self.wanted


def needs_of(level: int, measures: Measures) -> Iterator[Need]:
    """Yield what a level takes besides the level below it; nothing for levels 0 and 4."""
    have = asdict(measures)
    for name, wanted in NEEDS.get(level, {}).items():
        yield Need(name, have[name], wanted)


def earned_level(measures: Measures, kept: int = NEW) -> int:
    """Return the level (0 to 3) these measures are worth to somebody who keeps level ``kept``."""
    level = kept
    while level < REGULAR and _is_worth(level + 1, measures):
        level += 1
    return level


def _is_worth(level: int, measures: Measures) -> bool:
    if level == BASIC and measures.accepted:
        return True
    if level == REGULAR and measures.upheld_flags > MOST_UPHELD_FLAGS:
        return False
    return all(need.is_met for need in needs_of(level, measures))


def next_standing(
    present: Standing, measures: Measures, *, is_superuser: bool, now: datetime
) -> Standing:
    """Return where a member stands from now on.

    Repeating it changes nothing: what it returns leads to itself until the measures or the time do.
    """
    if present.is_fixed:
        return replace(present, grace_until=None)
    if is_superuser:
        return Standing(LEADER)
    held = min(present.level, REGULAR)
    earned = earned_level(measures, min(held, MEMBER))
    if earned >= held:
        return Standing(earned)
    grace_until = present.grace_until or now + GRACE
    return Standing(earned) if now >= grace_until else Standing(held, grace_until=grace_until)
