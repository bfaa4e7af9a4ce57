"""Ranks follow what counts, both ways, and a rebuild finds nothing to put right."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import enqueue
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.privacy.operations.erasures import order_erasure
from reputation.ledger.operations import exclude_pairs, lift_exclusions
from reputation.ranks.models import Rank
from reputation.ranks.operations import rebuild_ranks, refresh_rank, refresh_ranks
from reputation.ranks.queries import get_step, measures_of
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.reputation.ledger.booking import take_back, thank, unaccept
from tests.reputation.ranks.climbing import bring_along, level_of, set_criteria

pytestmark = pytest.mark.usefixtures("app")


def solve(helper: User, asker: User | None = None):
    """Let a member solve a question; returns the answer and who asked."""
    asker = asker or make_user()
    answer = make_answer(make_question(asker), helper)
    make_acceptance(answer, asker)
    return answer, asker


def test_the_ladder_is_delivered():
    with transaction():
        ranks = db.session.scalars(select(Rank).order_by(Rank.level)).all()
        assert [rank.level for rank in ranks] == list(range(9))
        points = [rank.needs.get("points", 0) for rank in ranks]
        assert points == [0, 100, 500, 1_000, 1_500, 3_000, 6_000, 10_000, 15_000]
        assert all(rank.names["de"] and rank.names["en"] for rank in ranks)


def test_members_climb_by_points():
    member = make_user()
    assert level_of(member) == 0
    bring_along(member, 140)
    assert level_of(member) == 1


def test_an_accepted_answer_lifts_its_author_and_what_is_taken_back_lowers_them():
    set_criteria(1, {"solved": 1})
    helper = make_user()
    answer, asker = solve(helper)
    assert level_of(helper) == 1
    unaccept(asker, answer)
    assert level_of(helper) == 0


def test_kudos_lift_and_lower():
    set_criteria(1, {}, {"kudos": 1, "days": 9_000})
    author, reader = make_user(), make_user()
    question = make_question(author)
    thank(reader, question)
    assert level_of(author) == 1
    take_back(reader, question)
    assert level_of(author) == 0


def test_what_is_removed_counts_for_nobody_and_counts_again_when_it_is_back():
    set_criteria(1, {"helped": 1})
    helper, moderator = make_user(), make_user(role="moderator")
    answer, _asker = solve(helper)
    assert level_of(helper) == 1
    set_post_visibility(answer, "hidden", moderator)
    assert level_of(helper) == 0
    set_post_visibility(answer, "published", moderator)
    assert level_of(helper) == 1


def test_different_people_are_counted_once_and_oneself_never():
    helper, asker, board = make_user(), make_user(), make_board()
    for _number in range(2):
        solve(helper, asker)
    solve(helper)
    own = make_answer(make_question(helper, board), helper)
    make_acceptance(own, make_user(role="moderator"))
    with transaction():
        measures = measures_of([helper.id])[helper.id]
        assert (measures.helped, measures.solved) == (2, 3)


def test_days_count_from_the_day_of_joining():
    set_criteria(1, {"days": 100})
    old = make_user(created_at=clock.now() - timedelta(days=100, hours=1))
    new = make_user(created_at=clock.now() - timedelta(days=99, hours=23))
    with transaction():
        enqueue(refresh_ranks)
    assert (level_of(old), level_of(new)) == (1, 0)


def test_the_nightly_look_reaches_everybody(monkeypatch):
    monkeypatch.setattr("reputation.ranks.operations.BATCH", 2)
    set_criteria(1, {"days": 1})
    members = [make_user() for _number in range(5)]
    with transaction():
        enqueue(refresh_ranks)
    assert [level_of(member) for member in members] == [1] * 5


def test_a_rebuild_equals_what_events_did_and_puts_right_what_is_wrong():
    set_criteria(1, {"solved": 1})
    set_criteria(2, {"solved": 2}, {"kudos": 1, "helped": 2})
    helpers = [make_user() for _number in range(3)]
    for helper in helpers[1:]:
        answer, _asker = solve(helper)
    solve(helpers[2])
    thank(make_user(), answer)
    levels = [level_of(helper) for helper in helpers]
    assert levels == [0, 1, 2]
    assert rebuild_ranks() == 0
    with transaction():
        db.session.execute(update(User).values(rank_level=7))
        people = db.session.scalar(select(func.count(User.id)))
    assert rebuild_ranks() == people
    assert [level_of(helper) for helper in helpers] == levels


def test_the_command_rebuilds_ranks_too(runner):
    member = make_user()
    bring_along(member, 120)
    with transaction():
        db.session.execute(update(User).values(rank_level=5))
    result = runner.invoke(args=["reputation", "rebuild"])
    assert result.exit_code == 0, result.output
    assert "1 ranks corrected" in result.output
    assert level_of(member) == 1


def test_refreshing_twice_changes_nothing_more():
    member = make_user()
    bring_along(member, 120)
    with transaction():
        assert refresh_rank(member.id) is False


def test_who_was_erased_is_left_as_they_are():
    member = make_user()
    bring_along(member, 120)
    with transaction():
        order_erasure(SYSTEM, load_user(member.id))
    run_due_jobs()
    with transaction():
        assert refresh_rank(member.id) is False
        assert measures_of([member.id]) == {}
        assert get_step(member.id) is None


def test_the_next_step_says_what_is_missing():
    member = make_user()
    bring_along(member, 300)
    with transaction():
        step = get_step(member.id)
        assert (step.held.level, step.following.level, step.percent) == (1, 2, 0)
        assert (step.lacking.needs, step.lacking.one_of) == (
            {"points": 200},
            {"solved": 5, "kudos": 20},
        )


def test_at_the_top_there_is_no_next_step():
    set_criteria(8, {"points": 10})
    member = make_user()
    bring_along(member, 10)
    with transaction():
        step = get_step(member.id)
        assert (step.held.level, step.following, step.percent) == (8, None, 100)


def test_what_excluded_people_gave_counts_for_nothing_until_that_is_lifted():
    set_criteria(1, {"helped": 1, "solved": 2, "kudos": 1})
    helper, partner, other = make_user(), make_user(), make_user()
    answer, _asker = solve(helper, partner)
    solve(helper, other)
    thank(partner, answer)
    assert level_of(helper) == 1
    with transaction():
        exclude_pairs(SYSTEM, [(helper.id, partner.id)], reason="ring", reference="case:1")
    assert level_of(helper) == 0
    with transaction():
        assert measures_of([helper.id])[helper.id][1:4] == (1, 0, 1)
        lift_exclusions(SYSTEM, "case:1")
    assert level_of(helper) == 1
