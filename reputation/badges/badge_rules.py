"""What earns a badge how often, and what follows from what stands: no database, no clock.

Source: product rows E2 and E5.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# In the order in which pages name them.
MEASURES = (
    *("solved", "kudos", "helped", "welcomed", "answers", "written", "days"),
    *("best_answer", "best_question", "thanked", "accepted"),
)
HIGHEST = 1_000_000
TIMES_MAX = 1_000


class Earned(NamedTuple):
    """What counts of a member: whole numbers, as they are now.

    ``solved`` accepted answers to questions of others, ``kudos`` received, ``helped`` different
    people whose question one of those solved, ``welcomed`` people whose very first question one of
    those solved, ``answers`` published to questions of others, ``written`` published questions and
    answers, ``days`` since they joined, kudos of their ``best_answer``, people who share their
    ``best_question``, ``thanked`` others so often, ``accepted`` answers to own questions.
    """

    solved: int = 0
    kudos: int = 0
    helped: int = 0
    welcomed: int = 0
    answers: int = 0
    written: int = 0
    days: int = 0
    best_answer: int = 0
    best_question: int = 0
    thanked: int = 0
    accepted: int = 0


class Standing(NamedTuple):
    """A grant: which time of the badge it is, whether it stands, and whether people decided it."""

    grant_id: int
    number: int
    stands: bool
    by_hand: bool
    taken_by_hand: bool


class Changes(NamedTuple):
    """Which times are to be granted, and which grants to be taken back."""

    grant: list[int]
    withdraw: list[int]


def times_earned(needs: Mapping[str, int], earned: Earned, *, repeatable: bool) -> int:
    """Return how often a rule grants its badge: as often as every measure holds what is needed.

    A rule that needs nothing grants nothing: such a badge is given by hand.
    """
    if not needs:
        return 0
    times: int = min(getattr(earned, name) // least for name, least in needs.items())
    return max(0, min(times, TIMES_MAX if repeatable else 1))


def changes_of(times: int, grants: Iterable[Standing]) -> Changes:
    """Compare what a rule grants with what stands.

    Grants by hand stand whatever the rule says. What was taken back by hand counts as settled: the
    rule does not grant that time again.
    """
    grants = list(grants)
    settled = {one.number for one in grants if one.stands or one.taken_by_hand}
    wanted = range(1, times + 1)
    return Changes(
        [number for number in wanted if number not in settled],
        [
            one.grant_id
            for one in grants
            if one.stands and not one.by_hand and one.number not in wanted
        ],
    )


def fit_needs(typed: Mapping[str, str]) -> dict[str, int]:
    """Return the numbers that ask for something, in the order of ``MEASURES``.

    Raises ``ValueError`` with the measure for what is no whole number from 0 to a million.
    """
    needs = {}
    for name in MEASURES:
        text = (typed.get(name) or "0").strip() or "0"
        if not (text.isascii() and text.isdecimal() and int(text[:8]) <= HIGHEST):
            raise ValueError(name)
        if int(text):
            needs[name] = int(text)
    return needs
