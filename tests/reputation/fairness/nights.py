"""Runs the detector night after night over a made-up community, and counts what it finds."""

import random
import time
from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from reputation.fairness.evidence import DOUBTFUL, Ring
from reputation.fairness.graph import Graph, Tally
from reputation.fairness.groups import Audience, Links, Thanked, marks_of
from reputation.fairness.operations import NEW_DAYS, WINDOWS_DAYS
from reputation.fairness.queries import FRESH
from reputation.fairness.rings import Found, find_rings
from tests.reputation.fairness.dishonest import MOST_STRANGERS, HiddenRing, plant_rings
from tests.reputation.fairness.honest import Community, Post, make_community

# The site has run for a month when the rings begin.
FIRST_NIGHT = 30

# After a period members choose for two weeks, and a week later the run pays (PRODUCT 2.5).
PAID_AFTER_DAYS = 21

# When, who thanked whom on which board, for which post.
Fact = tuple[float, Tally, int]


class Window:
    """The thanks of the last days, moved on night by night."""

    def __init__(self, posts: list[Post], facts: list[Fact], length: int) -> None:
        self.graph, self.length, self._night = Graph(), length, 0
        self._posts, self._facts = posts, facts
        self._in = self._out = self._posts_in = self._posts_out = 0

    @property
    def begin(self) -> float:
        """When the window begins."""
        return self._night - self.length

    def posts(self) -> list[Post]:
        """Return what was written in it and has had the time to be thanked for."""
        end = bisect(self._posts, (self._night - FRESH / timedelta(days=1),))
        return self._posts[self._posts_out : end]

    def move_to(self, night: int) -> None:
        self._night = night
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


class Audiences:
    """Who thanked for each post of an author, which tells for whom it was written."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._thanks: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
        self._times: dict[int, list[float]] = defaultdict(list)
        for at, tally, post in facts:
            self._thanks[tally.receiver_id].append((at, post, tally.giver_id))
            self._times[post].append(at)

    def of(self, window: Window, night: int) -> Audience:
        """Return who answers whose posts were thanked for by whom in a window."""
        posts = window.posts()
        numbers: dict[tuple[int, bool], list[int]] = defaultdict(lambda: [0, 0])
        for post in posts:
            counts = numbers[post.board, post.author == post.asker]
            counts[0] += 1
            times = self._times.get(post.number, ())
            place = bisect(times, window.begin) if times else 0
            counts[1] += place < len(times) and times[place] < night
        usual = {
            post.number: numbers[post.board, post.author == post.asker][1]
            / numbers[post.board, post.author == post.asker][0]
            for post in posts
        }
        return partial(self._between, window.begin, night, usual)

    def _between(
        self, begin: float, end: float, usual: Mapping[int, float], authors: Collection[int]
    ) -> Iterator[Thanked]:
        for author in authors:
            thanks = self._thanks[author]
            for _at, post, giver in thanks[bisect(thanks, (begin,)) : bisect(thanks, (end,))]:
                yield Thanked(post, author, giver, usual.get(post, 0.0))


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
    reversible: int = 0
    paid_too_soon: int = 0
    delayed_members: int = 0
    delayed_share: float = 0.0
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


@dataclass
class Night:
    """What the search knows in a night."""

    number: int
    windows: list[Window]
    links: Links
    new: set[int]
    active: set[int]
    audiences: Audiences

    def audience(self, window: Window) -> Audience:
        """Return who answers whose posts were thanked for by whom in a window."""
        return self.audiences.of(window, self.number)

    def rings(self, doubted: Collection[int] = ()) -> Found:
        """Return what the search finds, and what is in doubt; ``doubted`` is who was before."""
        rings: list[Ring] = []
        doubts: list[Ring] = []
        for window in self.windows:
            found = find_rings(
                window.graph,
                self.links,
                self.new,
                around=self.active.union(doubted),
                audience=self.audience(window),
                doubtful=DOUBTFUL,
            )
            rings += found.rings
            doubts += found.doubts
        return Found(rings, doubts)


def nights_of(community: Community, active_days: int = 1) -> Iterator[Night]:
    """Let night after night pass, each in time, from when the site has run for a month.

    Looked for are rings around who thanked or was thanked in the last ``active_days``.
    """
    facts = list(_facts(community))
    by_day, audiences, links = _by_day(facts), Audiences(facts), marks_of(community.marks)
    windows = [Window(sorted(community.posts), facts, length) for length in WINDOWS_DAYS]
    for night in range(FIRST_NIGHT, community.days + 1):
        for window in windows:
            window.move_to(night)
        new = {m for m, at in community.joined.items() if night - NEW_DAYS < at <= night}
        lately = range(night - active_days, night)
        active = {who for day in lately for tally in by_day[day] for who in tally[:2]}
        # Before a window is full, a longer one shows the same.
        different = [w for n, w in enumerate(windows) if not n or windows[n - 1].length < night]
        yield Night(night, different, links, new, active, audiences)


def simulate(
    seed: int,
    members: int = 10_000,
    rings: int = 60,
    days: int = 100,
    strangers: float = MOST_STRANGERS,
) -> Score:
    """Return how well the nights of a community with this seed go.

    ``strangers`` is how often others thank for what rings write, at most (``plant_rings``).
    """
    rng = random.Random(seed)
    community = make_community(rng, members, days)
    hidden = plant_rings(rng, community, rings, strangers)
    score = Score(seed, thanks=len(community.thanks))
    guilty = {member for ring in hidden for member in ring.members}
    flagged: dict[int, int] = {}
    doubted: dict[int, set[int]] = defaultdict(set)
    for night in nights_of(community):
        begun = time.perf_counter()
        found = night.rings(doubted[night.number - 1])
        for ring in found.rings:
            score.note(ring, night.number, flagged, guilty)
        doubted[night.number].update(member for ring in found.doubts for member in ring.members)
        score.slowest_seconds = max(score.slowest_seconds, time.perf_counter() - begun)
    _count(score, hidden, flagged, days)
    _count_money(score, hidden, community, flagged, doubted)
    _count_delayed(score, community, guilty, doubted)
    score.flagged = len(flagged)
    score.flagged_rightly = len(flagged.keys() & guilty)
    return score


def _count_money(
    score: Score,
    hidden: list[HiddenRing],
    community: Community,
    flagged: dict[int, int],
    doubted: Mapping[int, Collection[int]],
) -> None:
    """Count thanks within rings that were found, and how many of them were paid for before.

    A period may end on any day; counted is the day on which most would have been paid. Who is in
    doubt on the day of the payment is not paid. What two of a ring thanked each other for by chance
    before there was a ring is not counted.
    """
    ring_of = {member: place for place, ring in enumerate(hidden) for member in ring.members}
    begins = {member: ring.begins for ring in hidden for member in ring.members}
    found = [
        (at, post.author, flagged[post.author])
        for at, giver, post in community.thanks
        if post.author in flagged
        and ring_of.get(giver, -1) == ring_of.get(post.author, -2)
        and at >= begins[giver]
    ]
    score.reversible = len(found)
    score.paid_too_soon = max(
        sum(
            at < end and night > paid and author not in doubted[paid] for at, author, night in found
        )
        for end, paid in _payments(community)
    )


def _payments(community: Community) -> Iterator[tuple[int, int]]:
    """Yield the days on which a period may end, with the night in which it is paid."""
    for end in range(FIRST_NIGHT - PAID_AFTER_DAYS, community.days - PAID_AFTER_DAYS + 1):
        yield end, end + PAID_AFTER_DAYS


def _count_delayed(
    score: Score,
    community: Community,
    guilty: Collection[int],
    doubted: Mapping[int, Collection[int]],
) -> None:
    """Count whose payment waits because of a doubt though they play fair, on the worst day."""
    times: dict[int, list[float]] = defaultdict(list)
    for at, _giver, post in sorted(community.thanks):
        if post.author not in guilty:
            times[post.author].append(at)
    everything = sorted(at for theirs in times.values() for at in theirs)
    for end, paid in _payments(community):
        waiting = [times[one] for one in doubted[paid] if one in times and times[one][0] < end]
        share = sum(bisect(theirs, end) for theirs in waiting) / max(1, bisect(everything, end))
        score.delayed_members = max(score.delayed_members, len(waiting))
        score.delayed_share = max(score.delayed_share, share)


def _by_day(facts: Iterable[Fact]) -> dict[int, list[Tally]]:
    days: dict[int, list[Tally]] = defaultdict(list)
    for at, tally, _ in facts:
        days[int(at)].append(tally)
    return days


def _facts(community: Community) -> Iterator[Fact]:
    """Yield thanks in the order of time, each giver once a post."""
    seen: set[tuple[int, int]] = set()
    for at, giver, post in sorted(community.thanks):
        if (giver, post.number) not in seen:
            seen.add((giver, post.number))
            yield at, Tally(giver, post.author, post.board, giver == post.asker, 1), post.number


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
