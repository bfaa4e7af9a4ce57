"""Leaves out of a group who does not belong: the one with the least evidence first."""

from dataclasses import dataclass
from math import log
from statistics import median

from reputation.fairness.evidence import (
    DEFAULT,
    HALF,
    MOST_UNLIKED,
    Figures,
    Limits,
    Ring,
    log_odds,
    weigh,
    weigh_post,
)
from reputation.fairness.graph import NO_TIE
from reputation.fairness.groups import Group

# Everybody is credited with so many thanks given, and received, outside: of who is new little is
# known.
DOUBT = 2.0
LEAST_PART = 0.05
LEAST_PASSED = 0.1
# Where most of a group passed less, that is not what members of a ring pass.
LEAST_USUAL = 2.5


def find_ring(group: Group, limits: Limits = DEFAULT) -> Ring | None:
    """Return who of a group is a ring, or None where no two of them are."""
    circle = Circle(group)
    while len(circle.left) > 1:
        weights = {user_id: weigh(figures) for user_id, figures in circle.figures().items()}
        weakest = min(weights, key=lambda user_id: (weights[user_id], user_id))
        if weights[weakest] >= limits.evidence:
            ring = circle.ring(weights[weakest])
            if is_arranged(ring, limits):
                return ring
        circle.leave(weakest)
    return None


@dataclass
class _Own:
    """What one member passes inside beyond what is expected."""

    given: float = 0.0
    got: float = 0.0

    @property
    def passed(self) -> float:
        """How much, in both directions."""
        return self.given + self.got

    def add(self, given: float, got: float) -> None:
        """Count what passes with another one, or no more with one who leaves."""
        self.given += given
        self.got += got


@dataclass
class _Post:
    """Who of those left thanked for a post, and how many did in all."""

    author_id: int
    inside: set[int]
    size: int
    unliked: float


class Circle:
    """Who is left of a group, and what passes among them."""

    def __init__(self, group: Group) -> None:
        self.left = set(group.members)
        self._group = group
        self._own = {user_id: _Own() for user_id in group.members}
        self._posts = [
            _Post(
                post.author_id,
                set(post.inside),
                len(post.inside) + post.outside,
                weigh_post(post.usual, is_liked=post.outside > 0),
            )
            for post in group.posts or ()
        ]
        self._excess: dict[int, dict[int, tuple[float, float]]] = {u: {} for u in self.left}
        for giver, receiver in group.ties:
            self._know(giver, receiver)
        for user_id, passed in self._excess.items():
            for given, got in passed.values():
                self._own[user_id].add(given, got)

    def _know(self, giver: int, receiver: int) -> None:
        ties = self._group.ties
        there = ties[giver, receiver].excess
        back = ties.get((receiver, giver), NO_TIE).excess
        if there or back:
            self._excess[giver][receiver] = (there, back)
            self._excess[receiver][giver] = (back, there)

    def leave(self, user_id: int) -> None:
        """Leave somebody out."""
        self.left.discard(user_id)
        for other, (given, got) in self._excess[user_id].items():
            self._own[other].add(-got, -given)
        for post in self._posts:
            post.inside.discard(user_id)
        self._posts = [post for post in self._posts if post.inside and post.author_id != user_id]

    def figures(self) -> dict[int, Figures]:
        """Return what speaks for and against each who is left."""
        closed, audience = log_odds(self._closed()), log_odds(self._audience())
        unliked = self._unliked()
        passed = {user_id: self._own[user_id].passed for user_id in self.left}
        usual, total = max(LEAST_USUAL, median(passed.values())), sum(passed.values())
        return {
            user_id: Figures(
                closed=closed,
                audience=audience,
                unliked=unliked,
                share=log_odds(self._share(user_id)),
                part=log(max(LEAST_PART, own / usual)),
                partners=self._passed_by_partners(user_id, passed) / max(LEAST_PASSED, total - own),
                linked=float(self._is_linked(user_id)),
                new=float(user_id in self._group.new),
            )
            for user_id, own in passed.items()
        }

    def _passed_by_partners(self, user_id: int, passed: dict[int, float]) -> float:
        return sum(passed[other] for other in self._excess[user_id] if other in passed)

    def _excess_inside(self) -> float:
        return sum(self._own[user_id].given for user_id in self.left)

    def _closed(self) -> float:
        return 2 * self._excess_inside() / (self._volume() + 2 * DOUBT)

    def _volume(self) -> int:
        group = self._group
        return sum(group.given[user_id] + group.received[user_id] for user_id in self.left)

    def _audience(self) -> float:
        """Return the share of thanks from inside, as if one more had come from outside.

        Before anybody asked, all are taken to be from inside.
        """
        if self._group.posts is None:
            return 1.0
        inside = sum(len(post.inside) for post in self._posts)
        return (inside + HALF) / (sum(post.size for post in self._posts) + 2 * HALF + HALF)

    def _unliked(self) -> float:
        """Return how much speaks for posts that were written to be thanked for, not to be read."""
        if self._group.posts is None:
            return MOST_UNLIKED
        weight = sum(post.unliked for post in self._posts)
        return min(MOST_UNLIKED, max(-MOST_UNLIKED, weight))

    def _share(self, user_id: int) -> float:
        """Return the share inside of what somebody gives, or of what they get."""
        own, group = self._own[user_id], self._group
        return max(
            own.given / (group.given[user_id] + DOUBT),
            own.got / (group.received[user_id] + DOUBT),
        )

    def _is_linked(self, user_id: int) -> bool:
        return not self._group.linked[user_id].isdisjoint(self.left)

    def ring(self, evidence: float) -> Ring:
        """Return those who are left, with the figures that say why."""
        ties = [(pair, tie) for pair, tie in self._group.ties.items() if self.left.issuperset(pair)]
        thanks = sum(tie.thanks for _, tie in ties)
        excess = self._excess_inside()
        returned = sum(min(self._excess[by].get(to, (0.0, 0.0))) for (by, to), _ in ties)
        return Ring(
            members=tuple(sorted(self.left)),
            thanks=thanks,
            excess=excess,
            closed=2 * excess / max(1, self._volume()),
            mutual=returned / excess if excess else 0.0,
            audience=self._audience(),
            as_bystander=sum(tie.as_bystander for _, tie in ties) / max(1, thanks),
            linked=sum(map(self._is_linked, self.left)) / len(self.left),
            new=len(self._group.new & self.left) / len(self.left),
            evidence=evidence,
        )


def is_arranged(ring: Ring, limits: Limits) -> bool:
    """Return whether thanks enough stay inside, given in a way that can be arranged."""
    size = len(ring.members)
    if ring.closed < limits.closed:
        return False
    if size == 2:
        arranged = ring.mutual >= 2 * limits.mutual or ring.linked >= HALF
        return arranged and ring.excess >= limits.excess_pair * size
    # Whose questions somebody answers thanks them: that alone is no arrangement.
    arranged = ring.mutual >= limits.mutual or ring.as_bystander >= limits.bystanders
    arranged = arranged or max(ring.linked, ring.new) >= HALF
    return arranged and ring.excess >= limits.excess_each * size
