"""The rank beside a name: looked up without a query, since pages print hundreds of them."""

import time
from typing import NamedTuple

from flask import current_app

from community.core.wording import present_wording
from community.identity.people import Person
from reputation.ranks.queries import list_ranks

KEPT_SECONDS = 30
EXTENSION = "rank-marks"


class Mark(NamedTuple):
    """A rank as it stands beside a name."""

    name: str
    icon: str


class _Ladder(NamedTuple):
    """Names and icons by level, and until when (monotonic seconds) they are taken for true."""

    marks: dict[int, tuple[dict[str, str], str]]
    good_until: float


def rank_of(person: Person) -> Mark | None:
    """Return somebody's rank in the reader's language.

    None for the team, who answer as their job; for who is gone; and at the foot of the ladder,
    where a mark would only tell newcomers how low they stand.
    """
    if not person.rank_level or person.is_staff or person.is_former:
        return None
    found = read_marks().get(person.rank_level)
    if found is None:
        return None
    names, icon = found
    return Mark(names.get(present_wording().language, ""), icon)


def read_marks() -> dict[int, tuple[dict[str, str], str]]:
    """Return names and icons by level, from the database where ours are too old."""
    ladder: _Ladder | None = current_app.extensions.get(EXTENSION)
    if ladder is None or ladder.good_until < time.monotonic():
        marks = {rank.level: (dict(rank.names), rank.icon) for rank in list_ranks()}
        ladder = _Ladder(marks, time.monotonic() + KEPT_SECONDS)
        current_app.extensions[EXTENSION] = ladder
    return ladder.marks


def forget_marks() -> None:
    """Read the ladder anew for the next page of this process; others follow within 30 seconds."""
    current_app.extensions.pop(EXTENSION, None)
