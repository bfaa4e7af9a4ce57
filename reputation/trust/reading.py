"""Counting what members read, in this process: pure but for a lock.

A page that is read must not wait for a write, so what it adds is kept here for some minutes and
then written for everybody at once, in a transaction of its own after an answer was sent. A process
that ends takes its last minutes with it: levels go by weeks.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

# How long what was counted may wait to be written.
WAIT = timedelta(minutes=3)
# How often it is looked whether something has waited so long.
LOOK_EVERY = timedelta(minutes=1)
# Who opens the next page later than this did something else meanwhile; the page counts a minute.
LONGEST_LOOK = timedelta(minutes=5)
SHORT_LOOK = timedelta(minutes=1)
MEMBERS_MAX = 20_000
PAGES_MAX = 500


class Visit(NamedTuple):
    """What is to be added to a member's day."""

    user_id: int
    day: date
    topics_entered: int
    posts_read: int
    seconds: int


class Page(NamedTuple):
    """A page of a question: the question's id, the page's place in it, and how many posts."""

    question_id: int
    place: str
    posts: int


@dataclass
class _Day:
    """A member's day so far, and what of it is not written yet (from ``since`` on)."""

    last_at: datetime
    since: datetime | None = None
    questions: set[int] = field(default_factory=set)
    pages: set[tuple[int, str]] = field(default_factory=set)
    topics_entered: int = 0
    posts_read: int = 0
    seconds: int = 0


class Reading:
    """What members read in this process and is not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[tuple[int, date], _Day] = {}
        self._looked_at: datetime | None = None

    def note(self, user_id: int, now: datetime, page: Page | None = None) -> None:
        """Count a page that a member was shown; ``page`` says so of one with posts."""
        with self._lock:
            key = (user_id, now.date())
            if key not in self._days and len(self._days) >= MEMBERS_MAX:
                return
            day = self._days.setdefault(key, _Day(last_at=now))
            day.seconds += _seconds_between(day.last_at, now)
            day.last_at, day.since = now, day.since or now
            if page is not None:
                _add_page(day, page)

    def take_due(self, now: datetime) -> list[Visit]:
        """Take out what has waited long enough; looks once a minute, else returns nothing."""
        with self._lock:
            if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
                return []
            self._looked_at = now
            due = [key for key, day in self._days.items() if _is_due(day, now)]
            visits = [self._take(key) for key in due]
            self._drop_days_before(now.date())
            return sorted(visits)

    def put_back(self, visits: Iterable[Visit], now: datetime) -> None:
        """Keep what could not be written for the next time."""
        with self._lock:
            for visit in visits:
                day = self._days.setdefault((visit.user_id, visit.day), _Day(last_at=now))
                day.since = now
                day.topics_entered += visit.topics_entered
                day.posts_read += visit.posts_read
                day.seconds += visit.seconds

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._days.clear()
            self._looked_at = None

    def _take(self, key: tuple[int, date]) -> Visit:
        day = self._days[key]
        visit = Visit(*key, day.topics_entered, day.posts_read, day.seconds)
        day.since, day.topics_entered, day.posts_read, day.seconds = None, 0, 0, 0
        return visit

    def _drop_days_before(self, today: date) -> None:
        over = [key for key, day in self._days.items() if key[1] < today and day.since is None]
        for key in over:
            del self._days[key]


def _seconds_between(last_at: datetime, now: datetime) -> int:
    gap = now - last_at
    # A clock that was put back measures nothing.
    return max(0, int((gap if gap <= LONGEST_LOOK else SHORT_LOOK).total_seconds()))


def _is_due(day: _Day, now: datetime) -> bool:
    return day.since is not None and now - day.since >= WAIT


def _add_page(day: _Day, page: Page) -> None:
    key = (page.question_id, page.place)
    if key in day.pages or len(day.pages) >= PAGES_MAX:
        return
    day.topics_entered += page.question_id not in day.questions
    day.posts_read += page.posts
    day.pages.add(key)
    day.questions.add(page.question_id)
