"""A promotion pays more for a while: beside what it is for, back with it, never over its budget."""

import random
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from community.boards.models import Board
from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.questions.operations.placing import move_question
from community.questions.operations.questions import lock_question
from reputation.ledger.models import LedgerEntry, PromotionBudget
from reputation.ledger.operations import add_rules, settle_members
from reputation.ledger.rules import ACCEPTANCE_GIVEN, ACCEPTED, PAYBACK_1, REPUTATION_1, Promotion
from reputation.ledger.verify import verify_ledger
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    set_post_visibility,
)
from tests.parallel import errors_of
from tests.reputation.ledger.booking import (
    assert_sound,
    deliver_waiting,
    entries_of,
    make_member,
    points_of,
    rebuild,
    unaccept,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def travel():
    """Let time pass until the test ends."""
    with ExitStack() as stack:

        def go(step: timedelta) -> None:
            stack.enter_context(time_machine.travel(clock.now() + step, tick=True))

        yield go


@pytest.fixture
def promote(travel):
    """Let rules with a promotion begin: twice as much for accepted answers for two weeks."""

    def begin(currency="reputation", **changes) -> None:
        usual = PAYBACK_1 if currency == "payback" else REPUTATION_1
        begins_at = clock.now() + timedelta(seconds=30)
        values = {
            "cause": ACCEPTED,
            "board_id": None,
            "percent": 200,
            "ends_at": begins_at + timedelta(days=14),
            "budget": 1_000,
            **changes,
        }
        with transaction():
            rules = replace(usual, begins_at=begins_at, promotion=Promotion(**values))
            add_rules(SYSTEM, currency, rules)
        travel(timedelta(minutes=1))

    return begin


def solve(helper, board=None, asker=None):
    """Let a helper's answer be accepted, and the ledger hear of it."""
    asker = asker or make_member()
    question = make_question(asker, board)
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    deliver_waiting()
    return question, answer


def given() -> list[int]:
    """Return what promotions have given away."""
    with transaction():
        return list(db.session.scalars(select(PromotionBudget.given)))


def test_an_accepted_answer_brings_more_by_a_line_of_its_own(promote):
    promote()
    helper = make_member()
    solve(helper)
    assert entries_of(helper) == [("accepted", 15), ("accepted_bonus", 15)]
    assert (points_of(helper), given()) == (30, [15])
    assert_sound()


def test_a_factor_that_does_not_come_out_even_is_rounded_down(promote):
    promote(percent=150)
    helper = make_member()
    solve(helper)
    assert entries_of(helper) == [("accepted", 15), ("accepted_bonus", 7)]
    assert_sound()


def test_accepting_can_be_promoted_too(promote):
    promote(cause=ACCEPTANCE_GIVEN, percent=300)
    helper, asker = make_member(), make_member()
    solve(helper, asker=asker)
    assert entries_of(asker) == [("acceptance_given", 2), ("acceptance_bonus", 4)]
    assert entries_of(helper) == [("accepted", 15)]
    assert_sound()


def test_on_another_board_or_when_it_is_over_it_brings_what_it_always_does(promote, travel):
    there, helper = make_board(), make_member()
    promote(board_id=there.id)
    solve(helper, make_board())
    assert points_of(helper) == 15
    solve(helper, there)
    assert points_of(helper) == 45
    travel(timedelta(days=15))
    solve(helper, there)
    assert points_of(helper) == 60
    assert_sound()


def test_newer_rules_end_it(promote, travel):
    promote()
    with transaction():
        begins_at = clock.now() + timedelta(seconds=30)
        add_rules(SYSTEM, "reputation", replace(REPUTATION_1, begins_at=begins_at))
    travel(timedelta(minutes=1))
    helper = make_member()
    solve(helper)
    assert points_of(helper) == 15


def test_what_is_taken_back_takes_the_bonus_along_and_back_again_it_costs_no_more(promote):
    promote()
    helper, asker = make_member(), make_member()
    _question, answer = solve(helper, asker=asker)
    for _each in range(3):
        unaccept(load_user(asker.id), answer)
        assert points_of(helper) == 0
        make_acceptance(answer, load_user(asker.id))
        assert points_of(helper) == 30
    assert given() == [15]
    assert_sound()


def test_a_removed_post_takes_the_bonus_along(promote):
    promote()
    helper, moderator = make_member(), make_member(role="moderator")
    _question, answer = solve(helper)
    set_post_visibility(answer, "deleted", moderator, "spam")
    assert points_of(helper) == 0
    set_post_visibility(answer, "published", moderator)
    assert points_of(helper) == 30
    assert_sound()


def test_moving_a_question_takes_nothing_that_was_given(promote):
    there, elsewhere = make_board(), make_board()
    helper, admin = make_member(), make_member(role="admin")
    promote(board_id=there.id)
    question, _answer = solve(helper, there)
    with transaction():
        target = db.session.get_one(Board, elsewhere.id)
        move_question(load_user(admin.id), lock_question(question.id), target, "It belongs there.")
    assert points_of(helper) == 30
    assert rebuild().entries == 0
    assert_sound()


def test_first_come_first_served_until_the_budget_is_used_up(promote):
    promote(budget=40)
    helpers = [make_member() for _each in range(4)]
    solved = [solve(helper) for helper in helpers]
    assert [points_of(helper) for helper in helpers] == [30, 30, 15, 15]
    set_post_visibility(solved[0][1], "deleted", make_member(role="moderator"), "spam")
    deliver_waiting()
    assert rebuild().entries == 0
    assert [points_of(helper) for helper in helpers] == [0, 30, 15, 15]
    assert given() == [30]
    assert_sound()


def test_many_workers_at_once_never_exceed_the_budget(promote, at_once):
    promote(budget=50)
    helpers = [make_member() for _each in range(8)]
    for helper in helpers:
        asker = make_member()
        answer = make_answer(make_question(asker), helper)
        make_acceptance(answer, asker)

    def settle(user_id):
        def work() -> None:
            with transaction():
                settle_members([user_id])

        return work

    acts = [settle(helper.id) for helper in helpers for _twice in range(2)]
    assert errors_of(at_once(acts)) == []
    deliver_waiting()
    assert sorted(points_of(helper) for helper in helpers) == [15] * 5 + [30] * 3
    assert given() == [45]
    assert_sound()


def test_payback_of_a_promotion_becomes_certain_with_what_it_is_for(promote):
    promote("payback")
    helper = make_member()
    solve(helper)
    with transaction():
        rows = db.session.execute(
            select(LedgerEntry.cause, LedgerEntry.amount, LedgerEntry.matures_at)
            .where(LedgerEntry.user_id == helper.id, LedgerEntry.currency == "payback")
            .order_by(LedgerEntry.id)
        ).all()
    assert [row[:2] for row in rows] == [("accepted", 20), ("accepted_bonus", 20)]
    assert rows[0].matures_at == rows[1].matures_at is not None
    assert_sound()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_order_of_events_the_books_are_sound(promote, seed):
    chance = random.Random(seed)
    promote(budget=chance.choice([20, 50, 1_000]))
    moderator = make_member(role="moderator")
    askers = [make_member() for _each in range(2)]
    helpers = [make_member() for _each in range(3)]
    answers = []
    for _each in range(5):
        asker = chance.choice(askers)
        answers.append((asker, make_answer(make_question(asker), chance.choice(helpers))))
    for _step in range(25):
        asker, answer = chance.choice(answers)
        _disturb(chance, asker, answer, moderator)
        if chance.random() < 0.3:
            deliver_waiting()
    deliver_waiting()
    assert rebuild().entries == 0
    assert_sound()


def _disturb(chance, asker, answer, moderator) -> None:
    """Accept, take back, remove or bring back: what is possible of that."""
    with transaction():
        state, accepted = db.session.execute(
            text(
                "SELECT visibility, EXISTS (SELECT 1 FROM acceptances WHERE answer_id = posts.id)"
                " FROM posts WHERE id = :id"
            ),
            {"id": answer.id},
        ).one()
    if chance.random() < 0.3:
        there = "deleted" if state == "published" else "published"
        set_post_visibility(answer, there, load_user(moderator.id), "spam")
    elif state == "published" and accepted:
        unaccept(load_user(asker.id), answer)
    elif state == "published":
        make_acceptance(answer, load_user(asker.id))


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (
            "UPDATE promotion_shares SET amount = amount - 1",
            "what a promotion adds is what it has given for it",
        ),
        (
            "UPDATE promotion_budgets SET given = given + 1",
            "no promotion gives more than its budget",
        ),
        ("DELETE FROM promotion_shares", "what a promotion adds is what it has given for it"),
    ],
)
def test_verifying_finds_what_does_not_fit(promote, break_it, says):
    promote()
    solve(make_member())
    with transaction():
        db.session.execute(text(break_it))
    with transaction():
        broken = [found.says for _says, found in verify_ledger() if found]
    assert any(each.startswith(says) for each in broken)


def test_the_database_refuses_to_exceed_a_budget_or_to_change_a_promotion(promote):
    promote(budget=10)
    for statement in (
        "UPDATE promotion_budgets SET given = 11",
        "UPDATE rule_versions SET promotion = NULL",
    ):
        with pytest.raises(Exception, match=r"given|append-only"), transaction():
            db.session.execute(text(statement))
