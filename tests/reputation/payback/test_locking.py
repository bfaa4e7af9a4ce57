"""What becomes of every line when the list is locked, whoever does what meanwhile."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import BooksClosed, Posting, book
from reputation.ledger.rules import ADJUSTMENT, PAYBACK
from reputation.payback.lines import Why
from reputation.payback.models import Charity, Choice, LineState, PaybackPeriod, PeriodState
from reputation.payback.operations import charities, choices, holds, shares
from reputation.payback.operations.shares import LinesUnfinished
from reputation.payback.tasks import drive_payback, run_lock
from tests.factories.community import load_user, make_user
from tests.mailbox import sent_mails
from tests.reputation.payback.scene import (
    DECEMBER,
    DECEMBER_1,
    DECEMBER_15,
    JULY_20,
    amounts_of,
    at,
    broken,
    choosable,
    choose,
    earn,
    fresh,
    latest,
    line_of,
    lock,
    save_bank,
    started,
)

pytestmark = pytest.mark.usefixtures("app")


def make_charity(percent: int = 0) -> Charity:
    with transaction():
        charity = charities.propose_charity(make_user(), "Sea rescue")
        charities.approve_charity(SYSTEM, charity.id, percent)
    return charity


def second(first: PaybackPeriod, **gains: User) -> PaybackPeriod:
    """Let the next period pass, with all notices sent, and open its choice.

    ``gains`` says who earns in it and how much: ``_500=ann``.
    """
    with at(DECEMBER):
        drive_payback()
    period = latest()
    assert period.id != first.id
    for amount, user in gains.items():
        earn(user, int(amount[1:]), period.begins_at + timedelta(days=3))
    with at(period.ends_at - timedelta(days=17)):
        drive_payback()
    return choosable(period, period.ends_at + timedelta(hours=8))


def lock_second(period: PaybackPeriod) -> PaybackPeriod:
    return lock(period, when=period.ends_at + timedelta(days=14, hours=9))


def test_each_wish_is_followed() -> None:
    ann, bo, cy, di, ed = (make_user() for _ in range(5))
    period = started()
    for user in (ann, bo, cy, di, ed):
        earn(user, 1500)
    charity = make_charity(50)
    period = choosable(period)
    choose(ann, Choice.CREDIT)
    save_bank(bo)
    choose(bo, Choice.CASH)
    choose(cy, Choice.CHARITY, charity_id=charity.id)
    choose(di, Choice.ROLL)
    locked = lock(period)
    assert locked.state == PeriodState.LOCKED
    states = {user.id: line_of(period, user).state for user in (ann, bo, cy, di, ed)}
    assert list(states.values()) == ["chosen", "chosen", "chosen", "rolled", "rolled"]
    assert line_of(period, bo).account_digest
    assert line_of(period, ann).account_digest is None
    assert line_of(period, cy).matched == 750
    assert line_of(period, ed).why == Why.NOT_CHOSEN
    assert broken() == []


def test_what_an_addition_is_at_the_lock_it_stays() -> None:
    ann = make_user()
    period = started()
    earn(ann, 100)
    charity = make_charity(100)
    choosable(period)
    choose(ann, Choice.CHARITY, charity_id=charity.id)
    lock(period)
    with transaction():
        charities.approve_charity(SYSTEM, charity.id, 300)
    assert line_of(period, ann).matched == 100


def test_points_roll_once_and_lapse_after_notice(app: Flask) -> None:
    ann = make_user("Ann Smith", language="en")
    period = started()
    earn(ann, 300)
    lock(choosable(period))
    following = second(period)
    line = line_of(following, ann)
    assert (line.earned, line.carried, line.lapsing, line.amount) == (0, 300, 300, 300)
    with at(following.ends_at + timedelta(days=1)):
        mails = sent_mails(app)
    (notice,) = [m for m in mails if "lapse" in m.subject and m.to == [ann.email]]
    assert "300" in notice.body
    lock_second(following)
    line = line_of(following, ann)
    assert (line.state, line.expired) == (LineState.EXPIRED, 300)
    assert amounts_of(ann) == [("adjustment", 300), ("expired", -300)]
    assert broken() == []


def test_nothing_lapses_of_which_nobody_was_told() -> None:
    ann = make_user()
    period = started()
    earn(ann, 300)
    lock(choosable(period))
    with at(DECEMBER):
        drive_payback()
    following = latest()
    # The site was down when the notices were due: they go out now, too late for this time.
    following = choosable(following, following.ends_at + timedelta(days=1))
    with at(following.ends_at + timedelta(days=1)):
        drive_payback()
    lock(following, when=following.ends_at + timedelta(days=16))
    line = line_of(following, ann)
    assert (line.state, line.expired, line.lapsing) == (LineState.ROLLED, 0, 300)
    assert amounts_of(ann) == [("adjustment", 300)]
    assert broken() == []


def test_what_was_chosen_in_the_second_period_does_not_lapse() -> None:
    ann = make_user()
    period = started()
    earn(ann, 300)
    lock(choosable(period))
    following = second(period, _40=ann)
    choose(ann, Choice.CREDIT, following.ends_at + timedelta(days=2))
    lock_second(following)
    line = line_of(following, ann)
    assert (line.earned, line.carried, line.amount, line.expired) == (40, 300, 340, 0)
    assert line.state == LineState.CHOSEN


def test_cash_that_falls_below_the_floor_rolls_and_its_owner_is_told(app: Flask) -> None:
    ann = make_user(language="en")
    period = started()
    earn(ann, 1000)
    period = choosable(period)
    save_bank(ann)
    choose(ann, Choice.CASH)
    # What belongs to the period, as a reversal in the forum would.
    posting = Posting(ann.id, PAYBACK, ADJUSTMENT, -1, "below", DECEMBER - timedelta(days=1))
    with at(DECEMBER_1 + timedelta(days=3)):
        with transaction():
            book(posting)
        sent_mails(app)
    lock(period)
    line = line_of(period, ann)
    assert (line.state, line.amount, line.why) == (LineState.ROLLED, 999, Why.BELOW_FLOOR)
    with at(DECEMBER_15 + timedelta(hours=3)):
        (mail,) = [m for m in sent_mails(app) if m.to == [ann.email]]
    assert "carried over" in mail.subject
    following = second(period)
    assert line_of(following, ann).lapsing == 0


def test_cash_whose_bank_details_went_rolls() -> None:
    ann = make_user()
    period = started()
    earn(ann, 2000)
    choosable(period)
    save_bank(ann)
    choose(ann, Choice.CASH)
    with transaction():
        choices.remove_details(ann)
    lock(period)
    line = line_of(period, ann)
    assert (line.state, line.why) == (LineState.ROLLED, Why.NO_ACCOUNT)


def test_gifts_to_a_charity_that_left_the_list_roll() -> None:
    ann = make_user()
    period = started()
    earn(ann, 20)
    charity = make_charity()
    choosable(period)
    choose(ann, Choice.CHARITY, charity_id=charity.id)
    with transaction():
        charities.retire_charity(SYSTEM, charity.id)
    lock(period)
    assert line_of(period, ann).why == Why.NO_CHARITY


def hold(user: User) -> None:
    with transaction():
        holds.place_hold(user.id, reason="ring", reference="case:1", by=SYSTEM)


def disable(user: User) -> None:
    with transaction():
        db.session.execute(update(User).where(User.id == user.id).values(disabled_at=JULY_20))


@pytest.mark.parametrize("keep", [hold, disable])
def test_what_is_held_waits_and_lapses_nothing(keep) -> None:
    ann = make_user()
    period = started()
    earn(ann, 300)
    choosable(period)
    choose(ann, Choice.CREDIT)
    keep(ann)
    lock(period)
    line = line_of(period, ann)
    assert (line.state, line.amount, line.expired) == (LineState.HELD, 300, 0)
    following = second(period)
    line = line_of(following, ann)
    assert (line.carried, line.lapsing) == (300, 0)


@pytest.mark.parametrize("role", ["moderator", "agent", "admin"])
def test_who_works_for_the_operator_is_held(role: str) -> None:
    ann = make_user(role=role)
    period = started()
    earn(ann, 300)
    lock(choosable(period))
    assert line_of(period, ann).state == LineState.HELD


def test_a_superuser_is_paid() -> None:
    ann = make_user(role="superuser")
    period = started()
    earn(ann, 300)
    choosable(period)
    choose(ann, Choice.CREDIT)
    lock(period)
    assert line_of(period, ann).state == LineState.CHOSEN


def test_who_was_erased_is_not_paid_and_not_held() -> None:
    ann = make_user()
    period = started()
    earn(ann, 300)
    choosable(period)
    choose(ann, Choice.CREDIT)
    with transaction():
        db.session.execute(
            update(User).where(User.id == ann.id).values(erased_at=JULY_20, active=False)
        )
    lock(period)
    line = line_of(period, ann)
    assert (line.state, line.choice) == (LineState.ROLLED, None)


def test_a_debt_is_set_off_against_what_is_earned_next() -> None:
    ann = make_user()
    period = started()
    earn(ann, -200)
    lock(choosable(period))
    following = second(period, _500=ann)
    lock_second(following)
    assert line_of(following, ann).amount == 300
    assert broken() == []


def test_who_earned_after_the_calculation_gets_a_line_at_the_lock() -> None:
    ann = make_user()
    period = choosable(started())
    with at(DECEMBER_1 + timedelta(days=2)), transaction():
        when = DECEMBER - timedelta(days=5)
        book(Posting(ann.id, PAYBACK, ADJUSTMENT, 70, "late", when))
    lock(period)
    assert line_of(period, ann).amount == 70
    assert broken() == []


def test_after_the_books_are_closed_nothing_is_booked_into_the_period() -> None:
    ann = make_user()
    period = started()
    earn(ann, 70)
    lock(choosable(period))
    too_late = Posting(ann.id, PAYBACK, ADJUSTMENT, 5, "late", DECEMBER - timedelta(seconds=1))
    with at(DECEMBER_15), pytest.raises(BooksClosed), transaction():
        book(too_late)


def test_a_lock_that_was_cut_off_goes_on_where_it_stood(monkeypatch) -> None:
    monkeypatch.setattr(shares, "BATCH", 2)
    people = [make_user() for _ in range(5)]
    period = started()
    for number, user in enumerate(people):
        earn(user, 100 + number)
    choosable(period)
    with at(DECEMBER_15):
        with transaction():
            shares.begin_lock(SYSTEM, period.id)
        with transaction():
            last = shares.finish_lines(period.id, 0)
        with pytest.raises(LinesUnfinished), transaction():
            shares.finish_lock(period.id)
        first = line_of(period, people[0])
        assert last == people[1].id
        # The worker takes it up by itself.
        drive_payback()
    assert fresh(period).state == PeriodState.LOCKED
    assert line_of(period, people[0]).version == first.version
    assert [line_of(period, user).amount for user in people] == [100, 101, 102, 103, 104]
    assert broken() == []


def test_choosing_is_over_once_the_books_are_closed() -> None:
    ann = make_user()
    period = started()
    earn(ann, 100)
    choosable(period)
    with at(DECEMBER_15), transaction():
        shares.begin_lock(SYSTEM, period.id)
    with pytest.raises(choices.ChoiceClosed):
        choose(ann, Choice.CREDIT, DECEMBER_15 - timedelta(minutes=1))
    with at(DECEMBER_15):
        run_lock(period.id)
    assert line_of(period, ann).choice is None


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (
            "UPDATE payout_lines SET earned = earned + 1, amount = amount + 1",
            "locked lines count all that was earned",
        ),
        ("UPDATE payout_lines SET expired = 1", "a balance of payback"),
        ("UPDATE payback_periods SET list_digest = 'x'", "a locked list is still the one"),
        ("UPDATE payout_lines SET choice = 'credit'", "a locked list is still the one"),
        ("UPDATE payout_lines SET state = 'approved'", "what is paid was decided"),
        ("UPDATE payout_lines SET state = 'settled'", "a balance of payback"),
        ("DELETE FROM payout_lines", "locked lines count all that was earned"),
        ("UPDATE month_closes SET gained = gained + 1", "a closed month adds up"),
        (
            "UPDATE payback_periods SET approved_by_id = prepared_by_id, approved_at = locked_at",
            "whoever locks a list does not approve it",
        ),
        ("UPDATE payback_periods SET begins_at = ends_at", "every period begins"),
    ],
)
def test_every_harm_is_found(harm: str, says: str) -> None:
    ann, admin = make_user(), make_user(role="admin")
    period = started()
    earn(ann, 300)
    lock(choosable(period), admin)
    assert broken() == []
    with transaction():
        db.session.execute(text(harm))
    found = broken()
    assert any(one.says.startswith(says) for one in found), found


def test_jobs_of_the_desk_lock_the_list() -> None:
    ann = make_user()
    period = started()
    earn(ann, 300)
    choosable(period)
    with at(DECEMBER_15):
        from community.core.jobs import enqueue

        with transaction():
            shares.begin_lock(SYSTEM, period.id)
            enqueue(run_lock, period_id=period.id)
        run_due_jobs()
    assert fresh(period).state == PeriodState.LOCKED
    with transaction():
        assert db.session.scalars(select(LedgerEntry.cause)).all() == ["adjustment"]
    assert load_user(ann.id).points == 0
