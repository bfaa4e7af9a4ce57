"""Runs the detector night after night over a made-up community, and counts what it finds."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from reputation.fairness.graph import Graph, Tally
from reputation.fairness.rings import Ring, find_rings, marks_of
from tests.reputation.fairness.dishonest import HiddenRing, plant_rings
from tests.reputation.fairness.honest import Community, Post, make_community

NEW_DAYS = 30
# The site has run for a month when the rings begin.
FIRST_NIGHT = 30
WINDOWS_DAYS = (21, 60, 180)


class Window:
    """The thanks of the last days, moved on night by night."""

    def __init__(self, posts: list[Post], facts: list[tuple[float, Tally]], length: int) -> None:
        self.graph, self.length = Graph(), length
        self._posts, self._facts = posts, facts
        self._in = self._out = self._posts_in = self._posts_out = 0

    def move_to(self, night: int) -> None:
        while self._posts_in < len(self._posts) and self._posts[self._posts_in].at < night:
            post = self._posts[self._posts_in]
            self.graph.add_posts(post.author, post.board)
            self._posts_in += 1
        while self._in < len(self._facts) and self._facts[self._in][0] < night:
            self.graph.add(self._facts[self._in][1])
            self._in += 1
        begin = night - self.length
        while self._posts_out < self._posts_in and self._posts[self._posts_out].at < begin:
            post = self._posts[self._posts_out]
            self.graph.add_posts(post.author, post.board, -1)
            self._posts_out += 1
        while self._out < self._in and self._facts[self._out][0] < begin:
            self.graph.add(self._facts[self._out][1]._replace(thanks=-1))
            self._out += 1


@dataclass
class Score:
    """What was found of the rings that became visible, and who was suspected."""

    seed: int
    thanks: int = 0
    guilty: int = 0
    found_in_time: int = 0
    found_ever: int = 0
    flagged: int = 0
    flagged_rightly: int = 0
    slowest_seconds: float = 0.0
    by_kind: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    wrong: list[str] = field(default_factory=list)

    def note(self, ring: Ring, night: int, flagged: dict[int, int], guilty: set[int]) -> None:
        """Note who is suspected for the first time."""
        for member in ring.members:
            if member not in flagged:
                flagged[member] = night
                if member not in guilty:
                    self.wrong.append(f"night {night}: {member} in {ring}")

    @property
    def recall(self) -> float:
        return self.found_in_time / self.guilty if self.guilty else 1.0

    @property
    def precision(self) -> float:
        return self.flagged_rightly / self.flagged if self.flagged else 1.0


def simulate(seed: int, members: int = 10_000, rings: int = 60, days: int = 100) -> Score:
    """Return how well the nights of a community with this seed go."""
    rng = random.Random(seed)
    community = make_community(rng, members, days)
    hidden = plant_rings(rng, community, rings)
    score = Score(seed, thanks=len(community.thanks))
    guilty = {member for ring in hidden for member in ring.members}
    flagged: dict[int, int] = {}
    links, facts = marks_of(community.marks), list(_facts(community))
    windows = [Window(sorted(community.posts), facts, length) for length in WINDOWS_DAYS]
    for night in range(1, days + 1):
        for window in windows:
            window.move_to(night)
        if night < FIRST_NIGHT:
            continue
        new = {m for m, at in community.joined.items() if night - NEW_DAYS < at <= night}
        begun = time.perf_counter()
        fresh = {who for at, tally in facts if night - 1 <= at < night for who in tally[:2]}
        for window in windows:
            for ring in find_rings(window.graph, links, new, around=fresh):
                score.note(ring, night, flagged, guilty)
        score.slowest_seconds = max(score.slowest_seconds, time.perf_counter() - begun)
    _count(score, hidden, flagged, days)
    score.flagged = len(flagged)
    score.flagged_rightly = len(flagged.keys() & guilty)
    return score


def _facts(community: Community) -> Iterator[tuple[float, Tally]]:
    """Yield thanks in the order of time, each giver once a post."""
    seen: set[tuple[int, int]] = set()
    for at, giver, post in sorted(community.thanks):
        if (giver, post.number) not in seen:
            seen.add((giver, post.number))
            yield at, Tally(giver, post.author, post.board, giver == post.asker, 1)


def _count(score: Score, hidden: list[HiddenRing], flagged: dict[int, int], days: int) -> None:
    for ring in hidden:
        if ring.visible >= days - 1:
            continue
        for member in ring.members:
            score.guilty += 1
            at = flagged.get(member, days + 1)
            in_time = at <= ring.visible + 1
            score.found_in_time += in_time
            score.found_ever += at <= days
            counts = score.by_kind[ring.kind]
            counts[0] += in_time
            counts[1] += 1
