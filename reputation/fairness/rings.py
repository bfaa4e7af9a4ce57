"""Finds groups who thank each other, or one of them, far more than chance gives: pure rules.

From every member's strongest mutual tie a group is grown, member by member, as long as that makes
it more closed: the share of all thanks its members give and receive that stays inside, less what is
to be expected. Then the evidence is weighed (``evidence``), and who does not belong is left out.

Source: conductance as the measure of a community, Leskovec et al. 2008; what is looked at, PRODUCT
D13.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from math import sqrt
from typing import NamedTuple

from reputation.fairness.evidence import DEFAULT, Limits, Ring
from reputation.fairness.graph import Graph
from reputation.fairness.groups import Audience, Links, group_of
from reputation.fairness.peeling import find_ring

WEIGHT_SEED = 0.05
SEEDS_TRIED = 3
SURPRISE_SEED = 3.0
HOPELESS = 0.2
NOTHING = 0.01
LARGEST = 16
# Of whom little is known is credited with so many thanks with others.
DOUBT = 4.0


class Found(NamedTuple):
    """Groups that are suspected, and groups that are only in doubt; each names somebody new.

    Those who are suspected are in doubt as well.
    """

    rings: list[Ring]
    doubts: list[Ring]


def find_rings(
    graph: Graph,
    links: Links | None = None,
    new_accounts: Collection[int] = (),
    limits: Limits = DEFAULT,
    around: Collection[int] | None = None,
    audience: Audience | None = None,
    doubtful: Limits | None = None,
) -> Found:
    """Return the groups that are suspected, and those in doubt where ``doubtful`` is told.

    ``around`` narrows the search to groups that grow from these members: nothing new can be found
    where nobody thanked anybody since the last search. ``audience`` is asked only about groups in
    which all else speaks for a ring. No limit in ``doubtful`` is stricter than in ``limits``.
    """
    known = links or Links()
    rings: list[Ring] = []
    doubts: list[Ring] = []
    for members in Search(graph).groups(around):
        group = group_of(members, graph, known, new_accounts)
        doubt = find_ring(group, doubtful or limits)
        if doubt is not None and audience is not None:
            group = group.read_by(audience)
            doubt = find_ring(group, doubtful or limits)
        if doubt is not None:
            doubts.append(doubt)
            ring = find_ring(group, limits) if doubtful else doubt
            rings += [ring] if ring is not None else []
    return Found(_uncovered(rings), _uncovered(doubts) if doubtful else [])


def _uncovered(rings: Iterable[Ring]) -> list[Ring]:
    """Return the rings, the most thanks first, without those that name nobody new."""
    kept: list[Ring] = []
    named: set[int] = set()
    for ring in sorted(rings, key=lambda each: (-each.excess, each.members)):
        if not named.issuperset(ring.members):
            kept.append(ring)
            named.update(ring.members)
    return kept


class _Ties:
    """Ties between two members in both directions, worked out once each."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[tuple[int, int], tuple[float, float]] = {}

    def _weigh(self, one: int, other: int) -> tuple[float, float]:
        key = (one, other) if one < other else (other, one)
        known = self._known.get(key)
        if known is None:
            there, back = self._graph.tie(*key), self._graph.tie(key[1], key[0])
            known = (there.excess + back.excess, there.surprise + back.surprise)
            self._known[key] = known
        return known

    def excess(self, one: int, other: int) -> float:
        """Return how many thanks passed between two, beyond what is expected."""
        return self._weigh(one, other)[0]

    def surprise(self, one: int, other: int) -> float:
        """Return how little chance gives as much, in nats."""
        return self._weigh(one, other)[1]


class Search:
    """Growing groups in a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._ties = _Ties(graph)
        self._near: dict[int, list[tuple[int, float]]] = {}

    def groups(self, around: Collection[int] | None = None) -> Iterator[frozenset[int]]:
        """Yield the groups that are worth a closer look; some overlap."""
        grown: set[frozenset[int]] = set()
        within: dict[int, list[frozenset[int]]] = defaultdict(list)
        for one, other in self._seeds(self._graph.members() if around is None else around):
            # From within a group the same one would grow.
            if any(other in members for members in within[one]):
                continue
            members, is_hopeless = self._grow(one, other)
            for user_id in members:
                within[user_id].append(members)
            if not is_hopeless and members not in grown:
                grown.add(members)
                yield members

    def _seeds(self, around: Iterable[int]) -> list[tuple[int, int]]:
        """Return for each member the tie that matters most to both, the strongest first."""
        seeds: dict[tuple[int, int], float] = {}
        for one in around:
            strong = heapq.nlargest(SEEDS_TRIED, self._strong(one))
            for weight, other in strong:
                if self._ties.surprise(one, other) >= SURPRISE_SEED:
                    seeds[min(one, other), max(one, other)] = weight
                    break
        return sorted(seeds, key=lambda pair: (-seeds[pair], pair))

    def _strong(self, one: int) -> Iterator[tuple[float, int]]:
        """Yield who somebody passes thanks with more than once, with what they mean to both.

        How many are expected is left out of account: it takes long to work out.
        """
        volume = self._graph.volume(one)
        for other, count in self._graph.neighbours(one):
            if count > 1:
                weight = count / sqrt(volume * self._graph.volume(other))
                if weight >= WEIGHT_SEED:
                    yield weight, other

    def _grow(self, one: int, other: int) -> tuple[frozenset[int], bool]:
        """Return the group around two members, and whether it is too open to be worth a look."""
        members = {one, other}
        inside = self._ties.excess(one, other)
        volume = self._size_of(one) + self._size_of(other)
        # What each of those around passes with them, against their size: at least what they add.
        around: dict[int, float] = {}
        self._look_around(one, members, around)
        self._look_around(other, members, around)
        while around and len(members) < LARGEST:
            best = max(around, key=around.__getitem__)
            if around.pop(best) * volume <= inside:
                break
            gained = sum(self._ties.excess(best, member) for member in members)
            if gained * volume > inside * self._size_of(best):
                members.add(best)
                inside += gained
                volume += self._size_of(best)
                self._look_around(best, members, around)
        # Leaving members out makes a group more closed, but not out of nothing.
        return frozenset(members), 2 * inside < HOPELESS * volume

    def _size_of(self, user_id: int) -> float:
        """Return how much somebody thanks and is thanked; of whom little is known counts more."""
        return self._graph.volume(user_id) + DOUBT

    def _look_around(self, user_id: int, members: set[int], around: dict[int, float]) -> None:
        for other, gained in self._tied_to(user_id):
            if other not in members:
                around[other] = around.get(other, 0.0) + gained

    def _tied_to(self, user_id: int) -> list[tuple[int, float]]:
        """Return what somebody passes with others, against the others' size, if not nothing."""
        if user_id not in self._near:
            least = NOTHING * self._graph.volume(user_id)
            self._near[user_id] = [
                (other, count / self._size_of(other))
                for other, count in self._graph.neighbours(user_id)
                if count > least and count > NOTHING * self._graph.volume(other)
            ]
        return self._near[user_id]
