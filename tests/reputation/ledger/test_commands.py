"""``flask reputation``: what it says, and that a break is named and ends with 1."""

import pytest
from sqlalchemy import insert, update

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from reputation.ledger.gains import day_of
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.operations import book_opening
from tests.factories.community import make_question, make_user
from tests.reputation.ledger.booking import broken


@pytest.fixture
def member(app) -> User:
    """A member with an opening of 40 points."""
    user = make_user()
    with transaction():
        book_opening(user.id, 40, currency="reputation")
    return user


def add_entry(user: User, **values: object) -> None:
    """Write an entry past all rules, and carry it over to what derives from it."""
    now = clock.now()
    row = {
        "currency": "reputation",
        "user_id": user.id,
        "cause": "opening",
        "amount": 1,
        "rule_version": 1,
        "occurred_at": now,
        "earned_on": day_of(now),
        "key": f"test {now}",
        "created_at": now,
        **values,
    }
    with transaction():
        db.session.execute(insert(LedgerEntry).values(**row))
        change = row["amount"]
        db.session.execute(
            update(LedgerAccount).values(reputation=LedgerAccount.reputation + change)
        )
        db.session.execute(update(User).values(points=User.points + change))


def test_a_sound_ledger_is_confirmed(runner, member):
    result = runner.invoke(args=["reputation", "verify"])
    assert result.exit_code == 0, result.output
    assert "1 entries checked in" in result.output


def test_the_first_break_is_named(runner, member):
    with transaction():
        db.session.execute(update(LedgerAccount).values(reputation=41))
    result = runner.invoke(args=["reputation", "verify"])
    assert result.exit_code == 1
    assert "BROKEN: balances are the sums of the entries (first at account" in result.output


def test_a_rebuild_says_what_it_put_right(runner, member):
    with transaction():
        db.session.execute(update(User).values(points=7, confirmed_at=None))
    result = runner.invoke(args=["reputation", "rebuild"])
    assert "0 entries written, 1 balances corrected" in result.output
    assert broken() == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"cause": "gift"}, "every entry was booked by a rule we know"),
        ({"cause": "accepted", "rule_version": 7}, "every entry was booked by a rule we know"),
        ({"cause": "accepted", "amount": 16}, "every amount is what the rule says"),
        ({"cause": "kudos_answer", "amount": 11}, "every amount is what the rule says"),
        ({"amount": 39, "reverses": True}, "a reversal takes back exactly what it reverses"),
    ],
)
def test_what_breaks_a_rule_is_found(member, values, says):
    if values.pop("reverses", False):
        values["reverses_id"] = db.session.query(LedgerEntry.id).scalar()
        db.session.rollback()
    add_entry(member, **values)
    assert any(found.says.startswith(says) for found in broken())


def test_kudos_for_oneself_are_found(member):
    question = make_question(member)
    kudos = {"cause": "kudos_question", "amount": 5, "giver_id": member.id}
    add_entry(member, post_id=question.id, **kudos)
    assert "nobody earns by thanking or accepting themselves" in [b.says for b in broken()]


def test_a_cause_booked_twice_is_found(member):
    for number in range(2):
        add_entry(member, cause="confirmed", key=f"confirmed {number}")
    assert "a cause earns once" in [found.says for found in broken()]


def test_more_than_a_day_may_bring_is_found(member):
    for number in range(21):
        add_entry(member, cause="kudos_answer", amount=10, giver_id=None, key=f"kudos {number}")
    says = [found.says for found in broken()]
    assert "nobody's kudos of a day bring more than the cap (reputation)" in says
