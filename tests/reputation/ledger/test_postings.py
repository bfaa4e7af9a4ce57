"""What is booked by hand, books that are closed, members who earn nothing by each other, rules."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.posts.models import Vote
from community.questions.models import Acceptance
from reputation.ledger import rules
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import (
    BooksClosed,
    KeyTaken,
    Overdrawn,
    Posting,
    add_rules,
    book,
    close_books,
    exclude_pairs,
    lift_exclusions,
    reverse,
    withdraw_rules,
)
from reputation.ledger.operations.rules import RulesBegun, RulesTooEarly
from reputation.ledger.queries import get_balances, get_pending, sums_between
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import PAYBACK, REPUTATION, Rules
from tests.factories.community import make_acceptance, make_answer, make_question
from tests.reputation.ledger.booking import (
    assert_sound,
    entries_of,
    make_member,
    points_of,
    rebuild,
    take_back,
    thank,
    unaccept,
)

pytestmark = pytest.mark.usefixtures("app")

DAY = timedelta(days=1)


@pytest.fixture
def paid(monkeypatch):
    """Payback has rules."""
    monkeypatch.setitem(rules.FIRST_RULES, PAYBACK, (rules.PAYBACK_1,))


def adjust(user, amount, key="adjustment:1", currency=REPUTATION, **values):
    with transaction():
        return book(Posting(user.id, currency, rules.ADJUSTMENT, amount, key, **values))


def pay_out(user, amount, key="payout:1"):
    with transaction():
        return book(Posting(user.id, PAYBACK, rules.PAYOUT, -amount, key))


def balance_of(user, currency=PAYBACK):
    points_of(user)
    with transaction():
        return get_balances(user.id).get(currency, 0)


def make_rules(**values):
    given = {"begins_at": clock.now() + DAY, "values": {"accepted": 99}, "daily_cap": 10}
    return Rules(**{"version": 0, "full_givers": 1, "later_kudos": 0, **given, **values})


def test_a_posting_is_booked_once():
    user = make_member()
    first = adjust(user, 50)
    assert adjust(user, 50) == first
    assert entries_of(user) == [("adjustment", 50)]
    assert points_of(user) == 50
    assert_sound()


def test_a_key_stands_for_one_act_only():
    user = make_member()
    adjust(user, 50)
    with pytest.raises(KeyTaken):
        adjust(user, 51)
    with pytest.raises(KeyTaken):
        adjust(make_member(), 50)
    assert points_of(user) == 50


def test_several_adjustments_of_one_account_are_sound():
    user = make_member()
    adjust(user, 50)
    adjust(user, -80, "adjustment:2")
    adjust(user, -80, "adjustment:3", currency=PAYBACK)
    assert points_of(user) == -30
    assert_sound()


def test_what_follows_from_facts_is_not_booked_by_hand(solved):
    points_of(solved[1])
    with pytest.raises(ValueError, match="follows from facts"), transaction():
        book(Posting(solved[1].id, REPUTATION, "accepted", 15, "adjustment:9"))
    with transaction():
        entry_id = db.session.scalar(select(LedgerEntry.id).where(LedgerEntry.cause == "accepted"))
    with pytest.raises(ValueError, match="was not posted"), transaction():
        reverse(entry_id)


def test_a_posting_is_reversed_once():
    user = make_member()
    entry_id = adjust(user, 50)
    for _ in range(2):
        with transaction():
            reverse(entry_id)
    assert entries_of(user) == [("adjustment", 50), ("adjustment", -50)]
    assert_sound()


def test_nobody_is_paid_more_than_they_have():
    user = make_member()
    adjust(user, 100, currency=PAYBACK)
    with pytest.raises(Overdrawn):
        pay_out(user, 101)
    with pytest.raises(Overdrawn):
        pay_out(user, -1, "payout:2")
    pay_out(user, 100)
    with pytest.raises(Overdrawn):
        pay_out(user, 1, "payout:3")
    assert balance_of(user) == 0
    assert_sound()


def test_changes_of_points_are_told_once_an_act(solved):
    _, helper, _ = solved
    points_of(helper)
    with transaction():
        told = db.session.scalars(
            select(EventRecord.payload).where(EventRecord.name == "PointsChanged")
        ).all()
    assert {"user_id": helper.id} in told
    rebuild()
    with transaction():
        again = select(EventRecord).where(EventRecord.name == "PointsChanged")
        assert len(db.session.scalars(again).all()) == len(told)


@pytest.mark.usefixtures("paid")
def test_closed_books_keep_what_was_earned_and_take_nothing_more(solved):
    asker, helper, answer = solved
    thank(make_member(), answer)
    assert balance_of(helper) == 21
    with transaction():
        close_books(PAYBACK, clock.now() + DAY)
    unaccept(asker, answer)
    thank(make_member(), answer)
    assert balance_of(helper) == 21
    assert points_of(helper) == 20, "reputation goes on"
    assert_sound()


@pytest.mark.usefixtures("paid")
@pytest.mark.parametrize("again_by", ["asker", "moderator"])
def test_what_closed_books_paid_is_not_paid_again(solved, again_by):
    asker, helper, answer = solved
    fan = make_member()
    thank(fan, answer)
    assert balance_of(helper) == 21
    with transaction():
        close_books(PAYBACK, clock.now())
    unaccept(asker, answer)
    take_back(fan, answer)
    assert points_of(helper) == 0
    make_acceptance(answer, asker if again_by == "asker" else make_member(role="moderator"))
    thank(fan, answer)
    thank(make_member(), answer)
    assert balance_of(helper) == 22, "only who had not thanked before brings something"
    assert points_of(helper) > 0, "reputation goes on"
    assert_sound()
    assert rebuild().entries == 0


@pytest.mark.usefixtures("paid")
def test_kudos_in_closed_books_keep_their_places(monkeypatch, solved):
    three = Rules(**{**vars(rules.PAYBACK_1), "full_givers": 3})
    monkeypatch.setitem(rules.FIRST_RULES, PAYBACK, (three,))
    _, helper, answer = solved
    first, second = make_member(), make_member()
    for fan in (first, second):
        thank(fan, answer)
    assert balance_of(helper) == 22
    with transaction():
        close_books(PAYBACK, clock.now())
    for fan in (first, second):
        take_back(fan, answer)
    thank(first, answer)
    for _ in range(3):
        thank(make_member(), answer)
    assert balance_of(helper) == 23, "three people bring something for a post, not five"
    assert_sound()


@pytest.mark.usefixtures("paid")
def test_what_is_closed_has_used_up_the_cap_of_its_day(solved, monkeypatch):
    tight = Rules(**{**vars(rules.PAYBACK_1), "daily_cap": 2})
    monkeypatch.setitem(rules.FIRST_RULES, PAYBACK, (tight,))
    _, helper, answer = solved
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    givers = [make_member() for _ in range(3)]
    for number, giver in enumerate(givers[:2]):
        thank(giver, answer)
        with transaction():
            at = noon - timedelta(hours=number + 1)
            db.session.execute(update(Vote).where(Vote.user_id == giver.id).values(created_at=at))
    assert balance_of(helper) == 22
    with transaction():
        close_books(PAYBACK, noon)
    thank(givers[2], answer)
    with transaction():
        late = update(Vote).where(Vote.user_id == givers[2].id)
        db.session.execute(late.values(created_at=noon + timedelta(hours=1)))
    assert balance_of(helper) == 22
    assert_sound()


def test_a_correction_of_closed_books_belongs_to_today():
    user = make_member()
    with transaction():
        close_books(PAYBACK, clock.now() - DAY)
        close_books(PAYBACK, clock.now() - DAY * 2)
    with pytest.raises(BooksClosed):
        adjust(user, 5, currency=PAYBACK, occurred_at=clock.now() - DAY * 1.5)
    adjust(user, 5, currency=PAYBACK)
    assert balance_of(user) == 5


def test_an_adjustment_of_closed_books_is_not_reversed():
    user = make_member()
    entry_id = adjust(user, 5, currency=PAYBACK)
    with transaction():
        close_books(PAYBACK, clock.now() + DAY)
    with pytest.raises(BooksClosed), transaction():
        reverse(entry_id)


@pytest.mark.usefixtures("paid")
def test_excluded_members_earn_nothing_by_each_other_until_that_is_lifted(solved):
    asker, helper, answer = solved
    thank(asker, answer)
    thank(make_member(), answer)
    elsewhere = make_answer(make_question(make_member()), helper)
    thank(asker, elsewhere)
    assert points_of(helper) == 15 + 10 + 10 + 10
    with transaction():
        assert exclude_pairs(SYSTEM, [(helper.id, asker.id)], reason="linked", reference="x:1")
        assert exclude_pairs(SYSTEM, [(asker.id, helper.id)], reason="linked", reference="x:1") == 0
    assert points_of(helper) == 0, "the thread of an excluded asker earns nothing at all"
    assert points_of(asker) == 0
    assert balance_of(helper) == 0
    assert_sound()
    with transaction():
        assert lift_exclusions(SYSTEM, "x:1")
        assert lift_exclusions(SYSTEM, "x:1") == 0
    assert points_of(helper) == 45
    assert points_of(asker) == 2
    assert_sound()


def test_an_exclusion_can_be_made_again(solved):
    asker, helper, _ = solved
    for _ in range(2):
        with transaction():
            exclude_pairs(SYSTEM, [(helper.id, asker.id)], reason="ring", reference="case:1")
        assert points_of(helper) == 0
        with transaction():
            lift_exclusions(SYSTEM, "case:1")
        assert points_of(helper) == 15
    assert_sound()


def test_a_pair_stays_excluded_while_one_of_two_cases_stands(solved):
    asker, helper, _ = solved
    with transaction():
        for reference in ("case:1", "case:2"):
            exclude_pairs(SYSTEM, [(helper.id, asker.id)], reason="ring", reference=reference)
        lift_exclusions(SYSTEM, "case:1")
    assert points_of(helper) == 0


@pytest.mark.usefixtures("paid")
def test_sums_of_a_time_count_reversals_where_their_gains_count(solved):
    asker, helper, answer = solved
    points_of(helper)
    now = clock.now()
    with transaction():
        assert sums_between(None, PAYBACK, now - DAY, now + DAY) == {helper.id: 20}
        assert sums_between([asker.id], PAYBACK, now - DAY, now + DAY) == {}
        assert get_pending(helper.id, PAYBACK, now) == 20
        assert get_pending(helper.id, PAYBACK, now + DAY * 15) == 0
    unaccept(asker, answer)
    points_of(helper)
    with transaction():
        assert sums_between(None, PAYBACK, now - DAY, now + DAY) == {helper.id: 0}
        assert get_pending(helper.id, PAYBACK, now) == 0


def test_new_rules_hold_from_their_day_on(solved):
    with transaction():
        version = add_rules(SYSTEM, REPUTATION, make_rules()).version
    assert version == 2
    with transaction():
        book_of_rules = load_rulebook()
    assert book_of_rules.at(REPUTATION, clock.now()).version == 1
    assert book_of_rules.at(REPUTATION, clock.now() + DAY * 2).version == 2
    assert points_of(solved[1]) == 15
    with transaction():
        db.session.execute(update(Acceptance).values(accepted_at=clock.now() + DAY * 2))
    rebuild()
    assert points_of(solved[1]) == 99
    assert_sound()


def test_rules_never_begin_in_the_past_nor_before_others():
    with pytest.raises(RulesTooEarly), transaction():
        add_rules(SYSTEM, REPUTATION, make_rules(begins_at=clock.now() - DAY))
    with transaction():
        add_rules(SYSTEM, REPUTATION, make_rules(begins_at=clock.now() + DAY * 3))
    with pytest.raises(RulesTooEarly), transaction():
        add_rules(SYSTEM, REPUTATION, make_rules(begins_at=clock.now() + DAY * 2))


def test_the_first_rules_of_payback_may_begin_with_a_period():
    with transaction():
        add_rules(SYSTEM, PAYBACK, make_rules(begins_at=clock.now() - DAY * 30))
    with pytest.raises(RulesTooEarly), transaction():
        add_rules(SYSTEM, PAYBACK, make_rules(begins_at=clock.now() - DAY))


def test_rules_are_withdrawn_only_before_they_begin():
    with transaction():
        coming = add_rules(SYSTEM, REPUTATION, make_rules()).id
        begun = add_rules(SYSTEM, PAYBACK, make_rules(begins_at=clock.now() - DAY)).id
    for _ in range(2):
        with transaction():
            withdraw_rules(SYSTEM, coming)
    with pytest.raises(RulesBegun), transaction():
        withdraw_rules(SYSTEM, begun)
    with transaction():
        assert load_rulebook().at(REPUTATION, clock.now() + DAY * 2).version == 1
        acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["rules.added", "rules.added", "rules.withdrawn"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rule_versions SET daily_cap = 1",
        "DELETE FROM rule_versions",
        "UPDATE ledger_closings SET currency = 'reputation'",
        "DELETE FROM ledger_closings",
    ],
)
def test_the_database_refuses_to_change_rules_and_closings(change):
    with transaction():
        add_rules(SYSTEM, REPUTATION, make_rules())
        close_books(PAYBACK, clock.now())
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text(change))
