"""The search by itself: what is a ring, and what only looks like one."""

import itertools
from collections.abc import Collection, Iterator

import pytest

from reputation.fairness.evidence import Limits, weigh_post
from reputation.fairness.graph import Graph, Tally, graph_of
from reputation.fairness.groups import Audience, Thanked, marks_of
from reputation.fairness.rings import find_rings

BOARD = 1
OTHERS = range(1_000, 1_200)


def graph_with(*tallies: Tally) -> Graph:
    """Return thanks on a board on which two hundred others write and thank, too."""
    posts = {(author, BOARD): 40 for author in OTHERS}
    posts.update({(tally.receiver_id, BOARD): 5 for tally in tallies})
    around = [
        Tally(giver, OTHERS[(place * 7 + step) % 200], BOARD, False, 1)
        for place, giver in enumerate(OTHERS)
        for step in (1, 3)
    ]
    return graph_of([*around, *tallies], posts)


def suspected(*arguments, **options):
    return find_rings(*arguments, **options).rings


def everybody(members: range, count: int) -> list[Tally]:
    return [Tally(a, b, BOARD, False, count) for a, b in itertools.permutations(members, 2)]


@pytest.mark.parametrize("size", [3, 5, 8, 12])
def test_a_closed_group_is_a_ring_whatever_its_size(size: int) -> None:
    (ring,) = suspected(graph_with(*everybody(range(size), 3)))
    assert ring.members == tuple(range(size))
    assert ring.signals == ("ring",)
    assert ring.closed > 0.9


def test_nobody_is_suspected_where_nobody_stands_out() -> None:
    assert suspected(graph_with()) == []


def test_a_ring_that_thanks_others_as_often_hides_itself_not() -> None:
    hiding = [
        Tally(one, OTHERS[one * 9 + n], BOARD, False, 1) for one in range(6) for n in range(9)
    ]
    (ring,) = suspected(graph_with(*everybody(range(6), 2), *hiding))
    assert ring.members == tuple(range(6))


def liked_by(tallies: list[Tally], *others: int) -> Audience:
    """Return an audience: each thanks is for a post of its own that others thank for, too."""

    def audience(authors: Collection[int]) -> Iterator[Thanked]:
        for place, tally in enumerate(tallies):
            if tally.receiver_id in authors:
                for number in range(tally.thanks):
                    for giver in (tally.giver_id, *others):
                        yield Thanked(100 * place + number, tally.receiver_id, giver, usual=0.8)

    return audience


def test_regulars_who_thank_everybody_are_none() -> None:
    friendly = [Tally(one, other, BOARD, False, 1) for one in range(6) for other in OTHERS[:60]]
    friends = everybody(range(6), 3)
    graph = graph_with(*friends, *friendly)
    assert suspected(graph, audience=liked_by(friends, OTHERS[100])) == []


def test_friends_whose_posts_others_like_are_none() -> None:
    friends = everybody(range(5), 3)
    assert suspected(graph_with(*friends), audience=liked_by(friends, OTHERS[0])) == []
    (ring,) = suspected(graph_with(*friends), audience=liked_by(friends))
    assert ring.members == tuple(range(5))


def test_where_hardly_any_post_is_thanked_for_it_says_little_that_others_do_not() -> None:
    telling = [weigh_post(usual, is_liked=False) for usual in (0.0, 0.1, 0.5, 0.9, 1.0)]
    assert telling == sorted(telling)
    assert telling[0] == 0
    assert telling[1] < 0.1 < 1.5 < telling[3]
    assert weigh_post(0.9, is_liked=True) < -1


def test_who_writes_most_of_a_board_is_thanked_most_by_right() -> None:
    posts = {(0, 2): 90, (1, 2): 90, (2, 2): 90}
    graph = graph_of([Tally(t[0], t[1], 2, False, 5) for t in everybody(range(3), 5)], posts)
    assert suspected(graph) == []


def test_askers_may_thank_the_one_who_answers_them() -> None:
    asked = [Tally(asker, 0, BOARD, True, 5) for asker in range(1, 6)]
    assert suspected(graph_with(*asked)) == []
    assert suspected(graph_with(*asked), new_accounts=range(1, 6)) != []


def test_who_thanked_one_of_them_once_is_no_part_of_it() -> None:
    puppets, fans = range(1, 5), range(10, 16)
    fed = [Tally(puppet, 0, BOARD, False, 9) for puppet in puppets]
    once = [Tally(fan, 0, BOARD, False, 1) for fan in fans]
    hiding = [
        Tally(one, OTHERS[one * 25 + n], BOARD, False, 1) for one in puppets for n in range(23)
    ]
    (ring,) = suspected(
        graph_with(*fed, *once, *hiding),
        marks_of((puppet, "browser") for puppet in puppets),
        audience=liked_by(fed + once),
    )
    assert ring.members == (0, *puppets)


def test_a_mark_that_many_share_says_nothing() -> None:
    school = marks_of([(user_id, "school") for user_id in range(20)])
    home = marks_of([(user_id, "home") for user_id in range(3)])
    assert school.of(1) == set()
    assert home.of(1) == {0, 2}


def test_stricter_limits_find_less() -> None:
    others = [
        Tally(one, OTHERS[one * 20 + n], BOARD, False, 1) for one in range(4) for n in range(9)
    ]
    graph = graph_with(*everybody(range(4), 3), *others)
    assert len(suspected(graph)) == 1
    assert suspected(graph, limits=Limits(closed=0.9)) == []


def test_the_search_can_be_narrowed_to_who_did_something() -> None:
    graph = graph_with(*everybody(range(4), 3), *everybody(range(20, 24), 3))
    assert [ring.members for ring in suspected(graph, around={2})] == [(0, 1, 2, 3)]


def test_thanks_that_are_taken_back_count_no_more() -> None:
    graph = graph_with(*everybody(range(4), 3))
    for tally in everybody(range(4), -3):
        graph.add(tally)
    assert suspected(graph) == []
    assert graph.volume(1) == 0
