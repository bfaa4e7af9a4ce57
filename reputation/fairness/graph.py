"""Who thanks whom, how often, and how often that is to be expected: no database, no clock.

A *thanks* is one post of somebody that somebody else gave kudos to or accepted, counted once. What
is to be expected follows from how much the giver thanks on each board, and from how much there is
to thank the receiver for: their share of the posts there, or of the thanks others give there,
whichever is more. So those who write half of a small board are thanked often by its regulars, and
that is as it should be.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import log
from typing import NamedTuple

# A share of a board is never taken for smaller than this many posts of it.
LEAST_POSTS = 1.0
# Whose posts are liked are thanked for so many times as often as those of others; more is not
# believed, or a ring on a quiet board would explain itself.
MOST_LIKED = 3.0


class Tally(NamedTuple):
    """For how many posts of ``receiver_id`` on a board ``giver_id`` gave thanks.

    ``by_asker`` says that the giver had asked the question the posts stand under: askers thank
    those who answer them, whoever that is.
    """

    giver_id: int
    receiver_id: int
    board_id: int
    by_asker: bool
    thanks: int


class Tie(NamedTuple):
    """What one member gave another: thanks in all, as a bystander, and how many are expected."""

    thanks: int
    as_bystander: int
    expected: float

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return max(0.0, self.thanks - self.expected)

    @property
    def surprise(self) -> float:
        """Log-likelihood ratio, in nats, of so many where so few were expected."""
        if self.thanks <= self.expected:
            return 0.0
        return self.thanks * log(self.thanks / self.expected) - (self.thanks - self.expected)


NO_TIE = Tie(0, 0, 1.0)


class Graph:
    """Thanks of a stretch of time, summed up by pairs of members."""

    def __init__(self) -> None:
        self._pairs: dict[int, dict[int, list[int]]] = defaultdict(dict)
        self._between: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._boards_of_pair: dict[tuple[int, int], dict[int, int]] = {}
        self._given_on: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._received_on: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._thanks_on: dict[int, int] = defaultdict(int)
        self._posts_by: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._posts_on: dict[int, int] = defaultdict(int)
        self._volume: dict[int, int] = defaultdict(int)
        self._given: dict[int, int] = defaultdict(int)
        self._received: dict[int, int] = defaultdict(int)

    def add_posts(self, author_id: int, board_id: int, count: int = 1) -> None:
        """Count posts that can be thanked for."""
        self._posts_by[author_id][board_id] += count
        self._posts_on[board_id] += count

    def add(self, tally: Tally) -> None:
        """Count thanks; negative counts take some back."""
        giver, receiver, board, by_asker, count = tally
        sums = self._pairs[giver].setdefault(receiver, [0, 0])
        sums[0] += count
        sums[1] += 0 if by_asker else count
        self._between[giver][receiver] += count
        self._between[receiver][giver] += count
        boards = self._boards_of_pair.setdefault((giver, receiver), {})
        boards[board] = boards.get(board, 0) + count
        self._given_on[giver][board] += count
        self._received_on[receiver][board] += count
        self._thanks_on[board] += count
        self._volume[giver] += count
        self._volume[receiver] += count
        self._given[giver] += count
        self._received[receiver] += count

    def members(self) -> set[int]:
        """Return everybody who gave or received thanks."""
        return set(self._given) | set(self._received)

    def volume(self, user_id: int) -> int:
        """Return how many thanks somebody gave and received."""
        return self._volume.get(user_id, 0)

    def given(self, user_id: int) -> int:
        """Return how many thanks somebody gave."""
        return self._given.get(user_id, 0)

    def received(self, user_id: int) -> int:
        """Return how many thanks somebody received."""
        return self._received.get(user_id, 0)

    def neighbours(self, user_id: int) -> Iterable[tuple[int, int]]:
        """Return whom somebody thanked or was thanked by, and how often in both directions."""
        return self._between.get(user_id, {}).items()

    def number(self, giver: int, receiver: int) -> int:
        """Return how many thanks one gave the other."""
        sums = self._pairs.get(giver, {}).get(receiver)
        return sums[0] if sums else 0

    def tie(self, giver: int, receiver: int) -> Tie:
        """Return what one gave the other."""
        sums = self._pairs.get(giver, {}).get(receiver)
        if sums is None or sums[0] <= 0:
            return NO_TIE
        return Tie(sums[0], sums[1], self._expected(giver, receiver))

    def _expected(self, giver: int, receiver: int) -> float:
        here = self._boards_of_pair[giver, receiver]
        expected = 0.0
        for board, given in self._given_on[giver].items():
            posts = self._posts_on[board] - self._posts_by[giver][board]
            by_posts = max(LEAST_POSTS, self._posts_by[receiver][board]) / max(1, posts)
            # What others thank the receiver for, of all that others thank for.
            others = self._thanks_on[board] - given
            thanked = self._received_on[receiver][board] - here.get(board, 0)
            by_thanks = thanked / others if others > 0 else 0.0
            liked = min(by_thanks, MOST_LIKED * by_posts)
            expected += given * min(1.0, max(by_posts, liked))
        return expected


def graph_of(tallies: Iterable[Tally], posts: Mapping[tuple[int, int], int]) -> Graph:
    """Return the graph of these thanks; ``posts`` counts by author and board."""
    graph = Graph()
    for (author_id, board_id), count in posts.items():
        graph.add_posts(author_id, board_id, count)
    for tally in tallies:
        graph.add(tally)
    return graph
