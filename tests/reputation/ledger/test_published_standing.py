"""The ledger's computation against the standing that a real community published."""

from datetime import UTC, datetime

from tests.benchmarks.standing import DUMP, Dump, Member, Post, compare, read_dump, report_of
from tests.shared_data import shared_data

NOON = datetime(2018, 4, 1, 12, tzinfo=UTC)


def test_nine_in_ten_members_of_a_real_community_have_about_the_points_it_published():
    report = report_of(compare(read_dump(shared_data(DUMP))))
    assert report["members"] > 300
    assert report["share"] >= 0.9
    assert report["explained_by_bounties"] >= report["far"] / 2


def make_dump(votes, published=None):
    posts = {1: Post("question", 10, 1, 2), 2: Post("answer", 20, 1, 0)}
    return Dump(published=published or {10: 8, 20: 26}, posts=posts, votes=votes)


def test_votes_and_acceptances_of_a_dump_become_points():
    dump = make_dump([("1", 2, NOON), ("2", 1, NOON), ("2", 2, NOON), ("3", 2, NOON)])
    assert [(m.user_id, m.computed) for m in compare(dump)] == [(10, 8), (20, 24)]


def test_votes_bring_no_more_than_the_cap_of_a_day():
    dump = make_dump([("1", 2, NOON), *[("2", 2, NOON)] * 30])
    assert {m.user_id: m.computed for m in compare(dump)}[20] == 216


def test_who_is_far_off_is_told_from_who_is_near():
    assert Member(1, published=100, computed=120, bounties=0).is_near()
    assert not Member(1, published=100, computed=121, bounties=0).is_near()
    assert Member(1, published=1_000, computed=1_100, bounties=0).is_near()
    assert Member(1, published=131, computed=20, bounties=0).is_near(), "the bonus is evident"
    assert not Member(1, published=300, computed=350, bounties=-50).is_near()
    assert Member(1, published=300, computed=350, bounties=-50).is_near(with_bounties=True)
