"""Rings that are hidden in a fair community: fast and slow ones, and sock puppets.

Everything about them differs from ring to ring: how many of the possible pairs vote at all, for
how long, how much they vote for others to hide it, how much honest business members have, whether
they share a device or an address, whether accounts are new, whether they stage questions, how much
strangers like what they write.
"""

import random
from dataclasses import dataclass

from tests.reputation.fairness.honest import ANSWERS_LIKED, ASKERS_THANK, Community, Post

KINDS = ("fast", "slow", "puppets")


@dataclass(frozen=True)
class HiddenRing:
    """A ring as it was planted, and when it becomes visible, in days since the beginning.

    Visible is a ring once its members have thanked each other ``VISIBLE_THANKS`` times a head: the
    least that can be told from chance, and before it has gained what is worth a moderator's time.
    """

    kind: str
    members: tuple[int, ...]
    begins: float
    visible: float


VISIBLE_THANKS = 5
# Strangers thank for what a ring writes as well, at most as often as for an honest question; for an
# honest answer it would be 1.5.
MOST_STRANGERS = 0.4


def plant_rings(
    rng: random.Random, community: Community, number: int, strangers: float = MOST_STRANGERS
) -> list[HiddenRing]:
    """Add rings to a community; returns them.

    ``strangers`` is the mean number of strangers who thank for a post of the best liked ring.
    """
    free = list(range(community.members))
    rng.shuffle(free)
    others = _posts_by_day(community)
    rings = []
    for place in range(number):
        size = rng.randint(3, 12)
        members = tuple(free.pop() for _ in range(size))
        rings.append(_plant(rng, community, KINDS[place % len(KINDS)], members, others, strangers))
    return rings


def _plant(
    rng: random.Random,
    community: Community,
    kind: str,
    members: tuple[int, ...],
    others: list[list[Post]],
    strangers: float,
) -> HiddenRing:
    span = rng.uniform(25, 70) if kind == "slow" else rng.uniform(4, 20)
    begins = rng.uniform(25, community.days - span - 2)
    _dress(rng, community, members, kind, begins)
    number = round(len(members) * rng.uniform(7, 25))
    boards = rng.sample(range(6), rng.randint(1, 3))
    pairs = _pairs(rng, kind, members)
    staged, camouflage = rng.uniform(0, 0.6), rng.uniform(0, 0.5)
    liked = rng.uniform(0, strangers)
    times = sorted(begins + rng.uniform(0, span) for _ in range(number))
    shown: dict[int, list[Post]] = {}
    voted: set[tuple[int, int]] = set()
    inside = []
    for at in times:
        giver, author = rng.choice(pairs)
        known = len(community.posts)
        post = _own_post(rng, community, shown, at, giver, author, boards, staged)
        if len(community.posts) > known:
            _read_by_others(rng, community, post, liked)
            if post.asker not in members:
                _thank_as_asker(rng, community, post, liked)
        if (giver, post.number) not in voted:
            voted.add((giver, post.number))
            community.thank(at, giver, post)
            inside.append(at)
        while rng.random() < camouflage:
            day = min(int(at), community.days - 1)
            if others[day]:
                community.thank(at, giver, rng.choice(others[day]))
    enough = VISIBLE_THANKS * len(members)
    visible = inside[enough - 1] if len(inside) >= enough else float("inf")
    return HiddenRing(kind, members, begins, visible)


def _dress(
    rng: random.Random, community: Community, members: tuple[int, ...], kind: str, begins: float
) -> None:
    """Give members an age and, some of them, a device or an address in common."""
    new = rng.random() < (0.7 if kind == "puppets" else 0.3)
    shares = rng.choice((0.0, 0.0, 0.5, 0.9))
    for member in members:
        if new and member != members[0]:
            community.joined[member] = begins - rng.uniform(0, 5)
        if rng.random() < shares:
            community.marks.append((member, f"ring-{members[0]}-{rng.randrange(2)}"))


def _pairs(rng: random.Random, kind: str, members: tuple[int, ...]) -> list[tuple[int, int]]:
    if kind == "puppets":
        return [(puppet, members[0]) for puppet in members[1:]]
    pairs = [(one, other) for one in members for other in members if one != other]
    kept = [pair for pair in pairs if rng.random() < rng.uniform(0.5, 1)]
    # Whoever would be left out takes part all the same.
    for place, one in enumerate(members):
        other = members[place - 1]
        kept += [pair for pair in ((one, other), (other, one)) if pair not in kept]
    return kept


def _own_post(
    rng: random.Random,
    community: Community,
    shown: dict[int, list[Post]],
    at: float,
    giver: int,
    author: int,
    boards: list[int],
    staged: float,
) -> Post:
    """Return a post of the author's to vote for, mostly a new one."""
    posts = shown.setdefault(author, [])
    if posts and rng.random() < 0.5:
        return rng.choice(posts)
    asker = giver if rng.random() < staged else rng.randrange(community.members)
    post = community.post(at - rng.random() / 10, author, rng.choice(boards), asker)
    posts.append(post)
    return post


def _read_by_others(rng: random.Random, community: Community, post: Post, mean: float) -> None:
    """Let those who thank a lot thank for a ring's post as well: it may be a good one."""
    number = min(300, int(rng.paretovariate(1.3) * mean - rng.random()))
    for _ in range(number):
        reader = rng.choice(community.thanks).giver
        if community.joined[reader] < post.at:
            community.thank(post.at + rng.expovariate(0.7), reader, post)


def _thank_as_asker(rng: random.Random, community: Community, post: Post, mean: float) -> None:
    """Let an asker thank for an answer as often as for an honest one that is liked as much."""
    is_liked = rng.random() < ASKERS_THANK * mean / ANSWERS_LIKED
    if is_liked and community.joined[post.asker] < post.at:
        community.thank(post.at + rng.expovariate(1), post.asker, post)


def _posts_by_day(community: Community) -> list[list[Post]]:
    days: list[list[Post]] = [[] for _ in range(community.days)]
    for post in community.posts:
        days[min(int(post.at), community.days - 1)].append(post)
    return days
