"""Finds groups who thank each other, or one of them, far more than chance gives: pure rules.

From every member's strongest mutual tie a group is grown, member by member, as long as that makes
it more closed: the share of all thanks its members give and receive that stays inside, less what is
to be expected. Friends thank each other often and many others as well; a ring is closed. Marks that
members share (a device, an address) and new accounts lower what is asked for, and never suffice.

Source: conductance as the measure of a community, Leskovec et al. 2008; what is looked at, PRODUCT
D13.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import log, sqrt

from reputation.fairness.graph import Graph, Tie


@dataclass(frozen=True)
class Limits:
    """What it takes to be called a ring. Shares are of 1, thanks are counted beyond the expected.

    ``closed`` is asked of a group that thanks mutually, ``closed_quiet`` below ``thanks_each_busy``
    thanks a head (regulars who are friends thank each other far more), ``closed_feeding`` of one
    that feeds an account, ``closed_new`` where that is done by new accounts, ``closed_pair`` of two
    members alone. ``closed_linked`` is enough where most share a device or an address and thank
    each other ``thanks_each_linked`` times a head; families and flatmates, who do so seldom, must
    not be taken for a ring. ``tied`` is the least share of a member's own thanks. ``doubt`` is
    how many thanks with others everybody is credited with, since little is known of who is new.
    Marks that more than ``crowd`` members share say nothing: a school has one address.
    """

    closed: float = 0.53
    closed_quiet: float = 0.48
    closed_feeding: float = 0.54
    closed_new: float = 0.43
    closed_linked: float = 0.46
    closed_pair: float = 0.55
    tied: float = 0.25
    mutual: float = 0.25
    thanks_each: float = 4.0
    thanks_each_linked: float = 4.6
    thanks_each_busy: float = 7.0
    thanks_each_pair: float = 6.0
    thanks_least: float = 2.5
    thanks_least_one_way: float = 3.5
    doubt: float = 4.0
    surprise_seed: float = 3.0
    largest: int = 16
    crowd: int = 8

    @classmethod
    def around(cls, closed: float) -> "Limits":
        """Return limits that are as much stricter, or milder, in all shares as in ``closed``."""
        by = closed / cls.closed
        return cls(
            closed=closed,
            closed_quiet=cls.closed_quiet * by,
            closed_feeding=cls.closed_feeding * by,
            closed_new=cls.closed_new * by,
            closed_linked=cls.closed_linked * by,
            closed_pair=cls.closed_pair * by,
        )


DEFAULT = Limits()
HALF = 0.5
BYSTANDERS = 0.3
NEVER = 2.0
WEIGHT_SEED = 0.05
HOPELESS = 0.2
NOTHING = 0.01


@dataclass(frozen=True)
class Ring:
    """A group that is suspected, and the figures that say why.

    ``closed`` is the share of its thanks that stays inside beyond what is expected, ``mutual`` the
    share of those that is returned, ``linked`` the share of members who share a mark with another
    one, ``new`` that of accounts that were new when they gave.
    """

    members: tuple[int, ...]
    thanks: int
    closed: float
    mutual: float
    as_bystander: float
    linked: float
    new: float

    @property
    def signals(self) -> tuple[str, ...]:
        """Return what speaks for it, by name."""
        found = [
            "pair"
            if len(self.members) == 2
            else "ring"
            if self.mutual >= DEFAULT.mutual
            else "feeding"
        ]
        if self.as_bystander < HALF:
            found.append("acceptances")
        if self.linked >= HALF:
            found.append("linked")
        if self.new >= HALF:
            found.append("new_accounts")
        return tuple(found)


@dataclass
class Links:
    """Marks of devices and addresses that few members share; where many do, it says nothing."""

    crowd: int = DEFAULT.crowd
    _of: dict[int, set[int]] = field(default_factory=dict)

    def add(self, user_ids: Collection[int]) -> None:
        """Note that these members share a mark."""
        if 2 <= len(user_ids) <= self.crowd:
            for user_id in user_ids:
                self._of.setdefault(user_id, set()).update(set(user_ids) - {user_id})

    def of(self, user_id: int) -> set[int]:
        """Return who shares a mark with somebody."""
        return self._of.get(user_id, set())


class _Ties:
    """Ties between two members in both directions, worked out once each."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[tuple[int, int], tuple[Tie, Tie]] = {}

    def between(self, one: int, other: int) -> tuple[Tie, Tie]:
        """Return what each gave the other, the one with the lower id first."""
        key = (one, other) if one < other else (other, one)
        if key not in self._known:
            self._known[key] = (self._graph.tie(*key), self._graph.tie(key[1], key[0]))
        return self._known[key]

    def excess(self, one: int, other: int) -> float:
        """Return how many thanks passed between two, beyond what is expected."""
        there, back = self.between(one, other)
        return there.excess + back.excess

    def surprise(self, one: int, other: int) -> float:
        there, back = self.between(one, other)
        return there.surprise + back.surprise


def find_rings(
    graph: Graph,
    links: Links | None = None,
    new_accounts: Collection[int] = (),
    limits: Limits = DEFAULT,
    around: Collection[int] | None = None,
) -> list[Ring]:
    """Return the groups that are suspected; nobody is in two of them.

    ``around`` narrows the search to groups that grow from these members: nothing new can be found
    where nobody thanked anybody since the last search.
    """
    search = _Search(graph, links or Links(), new_accounts, limits)
    found: dict[frozenset[int], Ring] = {}
    for one, other in search.seeds(around):
        members = search.grow(one, other)
        if len(members) >= 2 and members not in found:
            ring = search.judge(members)
            if ring is not None:
                found[members] = ring
    return search.apart(found.values())


class _Search:
    def __init__(
        self, graph: Graph, links: Links, new_accounts: Collection[int], limits: Limits
    ) -> None:
        self._graph = graph
        self._links = links
        self._new = set(new_accounts)
        self._limits = limits
        self._ties = _Ties(graph)
        self._near: dict[int, list[int]] = {}
        self._cost = log(max(2, len(graph.members())))

    def seeds(self, around: Collection[int] | None = None) -> list[tuple[int, int]]:
        """Return for each member the tie that matters most to both, if it is no chance."""
        strong: dict[int, tuple[float, int]] = {}
        for giver, receiver, count in self._graph.repeated_pairs():
            if around is not None and giver not in around and receiver not in around:
                continue
            # The cheap half of the weight first: what is expected takes long to work out.
            if count < WEIGHT_SEED * sqrt(self._graph.volume(giver) * self._graph.volume(receiver)):
                continue
            if self._ties.surprise(giver, receiver) < self._limits.surprise_seed:
                continue
            weight = self._weight(giver, receiver)
            for one, other in ((giver, receiver), (receiver, giver)):
                if weight > strong.get(one, (0.0, 0))[0]:
                    strong[one] = (weight, other)
        pairs = {(min(one, other), max(one, other)) for one, (_, other) in strong.items()}
        return sorted(pairs)

    def _weight(self, one: int, other: int) -> float:
        volumes = self._graph.volume(one) * self._graph.volume(other)
        return self._ties.excess(one, other) / sqrt(max(1, volumes))

    def grow(self, one: int, other: int) -> frozenset[int]:
        """Return the group around two members, grown and pruned."""
        members = {one, other}
        inside = self._ties.excess(one, other)
        volume = self._size_of(one) + self._size_of(other)
        around: dict[int, float] = {}
        self._look_around(one, members, around)
        self._look_around(other, members, around)
        while around and len(members) < self._limits.largest:
            best = max(around, key=lambda user_id: around[user_id] / self._size_of(user_id))
            gained = around.pop(best)
            if gained * volume <= inside * self._size_of(best):
                break
            members.add(best)
            inside += gained
            volume += self._size_of(best)
            self._look_around(best, members, around)
        # Pruning makes a group more closed, but not out of nothing.
        hopeless = 2 * inside < HOPELESS * self._volume(members)
        return frozenset() if hopeless else frozenset(self._pruned(members))

    def _size_of(self, user_id: int) -> float:
        """Return how much somebody thanks and is thanked; of whom little is known counts more."""
        return self._graph.volume(user_id) + self._limits.doubt

    def _look_around(self, user_id: int, members: set[int], around: dict[int, float]) -> None:
        for other in self._tied_to(user_id):
            if other not in members:
                around[other] = around.get(other, 0.0) + self._ties.excess(user_id, other)

    def _tied_to(self, user_id: int) -> list[int]:
        """Return whose ties with somebody are more than nothing to both of them."""
        if user_id not in self._near:
            self._near[user_id] = [
                other for other in self._graph.neighbours(user_id) if self._matters(user_id, other)
            ]
        return self._near[user_id]

    def _matters(self, one: int, other: int) -> bool:
        larger = max(self._graph.volume(one), self._graph.volume(other))
        if self._graph.between(one, other) < NOTHING * larger:
            return False
        return self._ties.excess(one, other) > HALF

    def _volume(self, members: Iterable[int]) -> int:
        return sum(self._graph.volume(user_id) for user_id in members)

    def _pruned(self, members: set[int]) -> set[int]:
        kept = set(members)
        while len(kept) > 1:
            shares = {user_id: self._tied(user_id, kept) for user_id in kept}
            weakest = min(shares, key=lambda user_id: (shares[user_id], user_id))
            if shares[weakest] >= self._limits.tied:
                break
            kept.discard(weakest)
        return kept if len(kept) > 1 else set()

    def _tied(self, user_id: int, members: set[int]) -> float:
        """Return which share of somebody's thanks is inside; 0 for mere followers of a group."""
        given = got = 0.0
        partners = 0
        for other in members:
            if other == user_id:
                continue
            there, back = self._graph_excess(user_id, other), self._graph_excess(other, user_id)
            given, got = given + there, got + back
            partners += bool(there or back)
        both_ways = min(given, got) > 0.5
        least = self._limits.thanks_least if both_ways else self._limits.thanks_least_one_way
        if given + got < least:
            return 0.0
        doubt = self._limits.doubt / 2
        shares = (
            given / (self._graph.given(user_id) + doubt),
            got / (self._graph.received(user_id) + doubt),
        )
        if both_ways:
            return max(shares)
        # Who only gives must give little to others; who only receives may be somebody's idol.
        return shares[0] if given else (shares[1] if partners > 1 or len(members) == 2 else 0.0)

    def _graph_excess(self, giver: int, receiver: int) -> float:
        low, high = self._ties.between(giver, receiver)
        return (low if giver < receiver else high).excess

    def judge(self, members: frozenset[int]) -> Ring | None:
        """Return the group with its figures if they are above the limits."""
        ring, surprise = self._figures(sorted(members))
        size = len(members)
        if surprise < self._cost * size:
            return None
        each = ring.thanks / size
        return (
            ring
            if each >= self._enough_each(ring) and ring.closed >= self._closed_enough(ring)
            else None
        )

    def _enough_each(self, ring: Ring) -> float:
        if len(ring.members) == 2:
            return self._limits.thanks_each_pair
        return self._limits.thanks_each_linked if ring.linked >= HALF else self._limits.thanks_each

    def _closed_enough(self, ring: Ring) -> float:
        limits = self._limits
        if len(ring.members) == 2:
            is_mutual = ring.mutual >= 2 * limits.mutual
            return limits.closed_pair if is_mutual or ring.linked >= HALF else NEVER
        if ring.linked >= HALF:
            return limits.closed_linked
        if ring.mutual >= limits.mutual:
            is_busy = ring.thanks >= limits.thanks_each_busy * len(ring.members)
            return limits.closed if is_busy else limits.closed_quiet
        if ring.new >= HALF:
            return limits.closed_new
        # Whose questions somebody answers thanks them: that alone is no arrangement.
        return limits.closed_feeding if ring.as_bystander >= BYSTANDERS else NEVER

    def _figures(self, members: Sequence[int]) -> tuple[Ring, float]:
        count, excess, mutual, bystander, surprise = 0, 0.0, 0.0, 0, 0.0
        for one, other in combinations(members, 2):
            there, back = self._ties.between(one, other)
            count += there.thanks + back.thanks
            bystander += there.as_bystander + back.as_bystander
            excess += there.excess + back.excess
            mutual += 2 * min(there.excess, back.excess)
            surprise += there.surprise + back.surprise
        group, size = set(members), len(members)
        linked = sum(1 for user_id in members if self._links.of(user_id) & group)
        ring = Ring(
            members=tuple(members),
            thanks=count,
            closed=2 * excess / max(1, self._volume(members)),
            mutual=mutual / excess if excess else 0.0,
            as_bystander=bystander / count if count else 0.0,
            linked=linked / size,
            new=len(self._new & group) / size,
        )
        return ring, surprise

    def apart(self, rings: Iterable[Ring]) -> list[Ring]:
        """Return the rings, the most closed first, without those that overlap with one before."""
        kept: list[Ring] = []
        taken: set[int] = set()
        for ring in sorted(rings, key=lambda each: (-each.thanks * each.closed, each.members)):
            if taken.isdisjoint(ring.members):
                kept.append(ring)
                taken.update(ring.members)
        return kept


def marks_of(rows: Iterable[tuple[int, str]], crowd: int = DEFAULT.crowd) -> Links:
    """Return who shares marks, from rows of member and mark."""
    holders: dict[str, set[int]] = {}
    for user_id, mark in rows:
        holders.setdefault(mark, set()).add(user_id)
    links = Links(crowd)
    for user_ids in holders.values():
        links.add(user_ids)
    return links
