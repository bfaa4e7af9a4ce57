"""A made-up community that plays fair, innocent look-alikes of rings included.

Few members write most answers (Zipf), each at home in some topics of some boards; askers thank and
accept, bystanders thank what they like, popular answers get a hundred kudos. Friends among the
regulars and among ordinary members thank each other often, fans thank one helper above all,
households share an address, and whole dormitories and offices one network.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

TOPICS_PER_BOARD = 10
# How many bystanders thank for an answer in the mean, and how often its asker does.
ANSWERS_LIKED = 1.5
ASKERS_THANK = 0.45


class Post(NamedTuple):
    """Something that can be thanked for; ``asker`` asked the question it stands under."""

    at: float
    number: int
    author: int
    board: int
    asker: int


class Thanks(NamedTuple):
    """Somebody thanks for a post, in days since the beginning."""

    at: float
    giver: int
    post: Post


@dataclass
class Community:
    """What happened, in no particular order."""

    members: int
    days: int
    joined: dict[int, float] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    thanks: list[Thanks] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)

    def post(self, at: float, author: int, board: int, asker: int) -> Post:
        post = Post(at, len(self.posts), author, board, asker)
        self.posts.append(post)
        return post

    def thank(self, at: float, giver: int, post: Post) -> None:
        if giver != post.author and at < self.days:
            self.thanks.append(Thanks(max(at, post.at), giver, post))


class Crowd:
    """People to draw from by weight."""

    def __init__(self, people: Sequence[int], weights: Sequence[float]) -> None:
        self.people = people
        self._sums = list(accumulate(weights))

    def draw(self, rng: random.Random, number: int = 1) -> list[int]:
        return rng.choices(self.people, cum_weights=self._sums, k=number) if self.people else []


@dataclass
class Habits:
    """Who does what how often; numbers differ from seed to seed."""

    helpers: list[dict[int, Crowd]]
    askers: list[Crowd]
    readers: list[Crowd]
    circles: dict[int, list[tuple[int, float]]]


def make_community(rng: random.Random, members: int = 10_000, days: int = 100) -> Community:
    """Return a fair community."""
    community = Community(members, days)
    for member in range(members):
        old = rng.random() < 0.7
        community.joined[member] = -rng.uniform(0, 900) if old else rng.uniform(0, days * 0.9)
    _share_addresses(rng, community)
    habits = _habits(rng, community)
    questions_a_day = members * rng.uniform(0.015, 0.04)
    weights = [1 / (board + 1.5) for board in range(len(habits.askers))]
    for day in range(days):
        for board in rng.choices(range(len(weights)), weights, k=round(questions_a_day)):
            _ask(rng, community, habits, day, board)
    return community


def _share_addresses(rng: random.Random, community: Community) -> None:
    people = list(range(community.members))
    rng.shuffle(people)
    at = 0
    for number in range(community.members // 25):
        size = rng.choice((2, 2, 2, 3, 4))
        for member in people[at : at + size]:
            community.marks.append((member, f"home-{number}"))
            if rng.random() < 0.2:
                community.marks.append((member, f"tablet-{number}"))
        at += size
    for number in range(6):
        size = community.members * rng.randint(3, 25) // 1000
        for member in people[at : at + size]:
            community.marks.append((member, f"dormitory-{number}"))
        at += size


def _habits(rng: random.Random, community: Community) -> Habits:
    members, boards = community.members, rng.randint(6, 16)
    home = [rng.sample(range(boards), rng.choice((1, 1, 2, 3))) for _ in range(members)]
    on = defaultdict(list)
    for member, places in enumerate(home):
        for board in places:
            on[board].append(member)
    keen = [rng.lognormvariate(0, 1.3) for _ in range(members)]
    slope = rng.uniform(0.9, 1.3)
    helpers = [_helpers(rng, on[board], slope) for board in range(boards)]
    regulars = sorted({m for topics in helpers for c in topics.values() for m in c.people[:3]})
    # Who answers a lot reads a lot, and thanks others for it.
    for member in regulars:
        keen[member] *= rng.uniform(2, 10)
    askers, readers = [], []
    for board in range(boards):
        locals_ = on[board]
        askers.append(Crowd(locals_, [rng.lognormvariate(0, 0.8) for _ in locals_]))
        readers.append(Crowd(locals_, [keen[member] for member in locals_]))
    return Habits(helpers, askers, readers, _circles(rng, community, regulars, on))


def _helpers(rng: random.Random, locals_: list[int], slope: float) -> dict[int, Crowd]:
    """Return who answers on a board, by topic: its experts first, then who else is there."""
    found = {}
    shared = rng.sample(locals_, min(len(locals_), 60))
    for topic in range(TOPICS_PER_BOARD):
        experts = rng.sample(locals_, min(len(locals_), rng.randint(1, 12)))
        people = [*experts, *shared]
        found[topic] = Crowd(people, [(place + 1) ** -slope for place in range(len(people))])
    return found


def _circles(
    rng: random.Random, community: Community, regulars: list[int], on: dict[int, list[int]]
) -> dict[int, list[tuple[int, float]]]:
    """Return who thanks whom out of liking, with which probability for each post."""
    likes: dict[int, list[tuple[int, float]]] = defaultdict(list)
    scale = community.members / 10_000
    for _ in range(round(18 * scale)):
        _befriend(rng, likes, rng.sample(regulars, rng.randint(3, 8)), rng.uniform(0.1, 0.4))
    for _ in range(round(80 * scale)):
        locals_ = rng.choice(list(on.values()))
        _befriend(rng, likes, rng.sample(locals_, rng.randint(3, 6)), rng.uniform(0.05, 0.3))
    for _ in range(round(40 * scale)):
        star = rng.choice(regulars)
        for fan in rng.sample(range(community.members), rng.randint(3, 12)):
            likes[star].append((fan, rng.uniform(0.05, 0.3)))
    homes = defaultdict(list)
    for member, mark in community.marks:
        if mark.startswith("home"):
            homes[mark].append(member)
    for family in homes.values():
        if rng.random() < 0.4:
            _befriend(rng, likes, family, rng.uniform(0.05, 0.4))
    return likes


def _befriend(
    rng: random.Random, likes: dict[int, list[tuple[int, float]]], friends: list[int], often: float
) -> None:
    for one in friends:
        for other in friends:
            if one != other:
                likes[one].append((other, often * rng.uniform(0.5, 1.3)))


def _ask(rng: random.Random, community: Community, habits: Habits, day: int, board: int) -> None:
    asker = habits.askers[board].draw(rng)[0]
    at = day + rng.random()
    if community.joined[asker] > at:
        return
    question = community.post(at, asker, board, asker)
    _read(rng, community, habits, question, 0.4)
    topic = rng.randrange(TOPICS_PER_BOARD)
    answers = []
    for helper in set(habits.helpers[board][topic].draw(rng, rng.choice((0, 1, 1, 2, 2, 3)))):
        if helper != asker and community.joined[helper] < at:
            answer = community.post(at + rng.expovariate(2), helper, board, asker)
            answers.append(answer)
            _read(rng, community, habits, answer, ANSWERS_LIKED)
    for answer in answers:
        if rng.random() < ASKERS_THANK:
            community.thank(answer.at + rng.expovariate(1), asker, answer)


def _read(
    rng: random.Random, community: Community, habits: Habits, post: Post, mean: float
) -> None:
    """Let bystanders thank: mostly none or few, now and then very many."""
    number = min(300, int(rng.paretovariate(1.3) * mean - rng.random()))
    for reader in set(habits.readers[post.board].draw(rng, max(0, number))):
        if reader != post.asker and community.joined[reader] < post.at:
            community.thank(post.at + rng.expovariate(0.7), reader, post)
    for friend, often in habits.circles.get(post.author, ()):
        if friend != post.asker and rng.random() < often and community.joined[friend] < post.at:
            community.thank(post.at + rng.expovariate(1), friend, post)
