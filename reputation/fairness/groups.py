"""What is known of a group: who gave whom what, who else liked it, and which marks they share."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from reputation.fairness.graph import Graph, Tie

# Marks that more members share say nothing: a school has one address.
CROWD = 8


class Thanked(NamedTuple):
    """One member's thanks for one post.

    ``usual`` is the share of posts like it, on the same board and answers apart from questions,
    that anybody thanks for; 0 while it is too new to tell.
    """

    post_id: int
    author_id: int
    giver_id: int
    usual: float


# Returns all thanks, whoever gave them, for the posts of these members.
Audience = Callable[[Collection[int]], Iterable[Thanked]]


@dataclass
class Links:
    """Marks of devices and addresses that few members share; where many do, it says nothing."""

    crowd: int = CROWD
    _of: dict[int, set[int]] = field(default_factory=dict)

    def add(self, user_ids: Collection[int]) -> None:
        """Note that these members share a mark."""
        if 2 <= len(user_ids) <= self.crowd:
            for user_id in user_ids:
                self._of.setdefault(user_id, set()).update(set(user_ids) - {user_id})

    def of(self, user_id: int) -> set[int]:
        """Return who shares a mark with somebody."""
        return self._of.get(user_id, set())


def marks_of(rows: Iterable[tuple[int, str]], crowd: int = CROWD) -> Links:
    """Return who shares marks, from rows of member and mark."""
    holders: dict[str, set[int]] = {}
    for user_id, mark in rows:
        holders.setdefault(mark, set()).add(user_id)
    links = Links(crowd)
    for user_ids in holders.values():
        links.add(user_ids)
    return links


class Audited(NamedTuple):
    """A post that somebody of the group thanked for: who of them did, and how many others.

    ``usual`` is the share of posts like it that anybody thanks for.
    """

    author_id: int
    inside: frozenset[int]
    outside: int
    usual: float


@dataclass(frozen=True)
class Group:
    """What is known of some members: ties among them, and how much each passes at all.

    ``posts`` are None as long as nobody asked who else likes them.
    """

    members: tuple[int, ...]
    ties: dict[tuple[int, int], Tie]
    given: dict[int, int]
    received: dict[int, int]
    new: frozenset[int]
    linked: dict[int, frozenset[int]]
    posts: tuple[Audited, ...] | None = None

    def read_by(self, audience: Audience) -> "Group":
        """Return the group with who else likes what they thanked each other for."""
        members = set(self.members)
        givers: dict[tuple[int, int, float], set[int]] = defaultdict(set)
        for post_id, author_id, giver_id, usual in audience(self.members):
            givers[author_id, post_id, usual].add(giver_id)
        posts = (
            Audited(author_id, frozenset(who & members), len(who - members), usual)
            for (author_id, _, usual), who in sorted(givers.items())
        )
        return replace(self, posts=tuple(post for post in posts if post.inside))


def group_of(
    members: Collection[int], graph: Graph, links: Links, new_accounts: Collection[int]
) -> Group:
    """Return what is known of these members, but for who else likes their posts."""
    people = tuple(sorted(members))
    among = set(people)
    return Group(
        people,
        {
            (giver, receiver): graph.tie(giver, receiver)
            for giver in people
            for receiver in people
            if giver != receiver and graph.number(giver, receiver) > 0
        },
        {user_id: graph.given(user_id) for user_id in people},
        {user_id: graph.received(user_id) for user_id in people},
        frozenset(user_id for user_id in people if user_id in new_accounts),
        {user_id: frozenset(links.of(user_id) & among) for user_id in people},
    )
