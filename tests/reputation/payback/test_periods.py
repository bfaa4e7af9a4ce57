"""The steps of a period: each once, in order, by whom it is for, and recorded."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import EventRecord, emit
from community.core.reasons import ReasonUnfit
from community.events import AccountConfirmed
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import PAYBACK
from reputation.payback.errors import (
    AlreadyStarted,
    ChoiceRuns,
    EarlierUnfinished,
    LedgerBehind,
    MonthsOpen,
    NotMature,
    PeriodChanged,
    PeriodRuns,
    WrongState,
)
from reputation.payback.models import LineState, PaybackPeriod, PeriodState
from reputation.payback.operations import periods, shares
from reputation.payback.operations.shares import compute_digest
from reputation.payback.queries.periods import list_month_closes, lock_period
from reputation.payback.tasks import close_months, drive_payback, run_calculation, run_lock
from tests.factories.community import make_user
from tests.reputation.ledger.booking import deliver_waiting
from tests.reputation.payback.scene import (
    DECEMBER,
    DECEMBER_1,
    DECEMBER_15,
    JULY_20,
    JUNE,
    at,
    choosable,
    earn,
    fresh,
    latest,
    line_of,
    lock,
    started,
)

pytestmark = pytest.mark.usefixtures("app")

ACTIONS = (
    *("payback.opened", "payback.calculated", "payback.statements_issued"),
    *("payback.choice_opened", "payback.books_closed", "payback.locked"),
)


def actions() -> list[str]:
    with transaction():
        query = select(AuditEntry.action).where(AuditEntry.action.like("payback.%"))
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_starting_opens_the_period_around_and_lets_the_first_rules_hold() -> None:
    period = started(JULY_20)
    assert (period.begins_at, period.ends_at) == (JULY_20, DECEMBER)
    with transaction():
        book = load_rulebook()
        assert book.at(PAYBACK, JULY_20 - timedelta(seconds=1)) is None
        rules = book.at(PAYBACK, JULY_20)
    assert rules is not None
    assert (rules.values["accepted"], rules.matures_after_days) == (20, 14)
    with pytest.raises(AlreadyStarted), transaction():
        periods.start(SYSTEM, JULY_20)


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_nobody_but_administrators_moves_a_period(role: str) -> None:
    actor = make_user(role=role)
    period = started()
    steps = (
        lambda: periods.start(actor, JUNE),
        lambda: periods.finish_calculation(actor, period.id),
        lambda: periods.issue_statements(actor, period.id),
        lambda: periods.open_choice(actor, period.id),
        lambda: periods.reopen(actor, period.id, "a rule was wrong"),
        lambda: shares.begin_lock(actor, period.id),
    )
    for step in steps:
        with pytest.raises(NotAllowed), transaction():
            step()


def test_the_next_period_begins_where_the_last_one_ends() -> None:
    period = started()
    with at(DECEMBER - timedelta(seconds=1)), transaction():
        assert periods.open_next_period() is None
    with at(DECEMBER):
        for _time in range(2):
            drive_payback()
    following = latest()
    assert following.begins_at == period.ends_at == DECEMBER
    assert following.ends_at == datetime(2027, 5, 31, 22, tzinfo=UTC)
    assert actions().count("payback.opened") == 2


def test_months_are_closed_an_hour_after_they_end_and_stay_as_they_were() -> None:
    period, ann, bo = started(), make_user(), make_user()
    earn(ann, 300, JUNE + timedelta(days=3))
    earn(ann, -20, JUNE + timedelta(days=4))
    earn(bo, 5, JUNE + timedelta(days=29))
    july = datetime(2026, 6, 30, 22, tzinfo=UTC)
    with at(july + timedelta(minutes=59)):
        assert close_months(period.id) == []
    with at(july + timedelta(hours=1)):
        (close,) = close_months(period.id)
        assert close_months(period.id) == []
    assert (close.begins_at, close.ends_at) == (JUNE, july)
    assert (close.gained, close.taken_back) == (285, 0)
    assert (close.entries_count, close.members_count) == (3, 2)
    assert actions().count("payback.month_closed") == 1


def test_a_site_that_was_down_closes_all_months_in_order() -> None:
    period = started()
    with at(DECEMBER_1):
        assert len(close_months(period.id)) == 6
    with transaction():
        closes = list_month_closes(period.id)
    assert [close.begins_at.month for close in closes] == [5, 6, 7, 8, 9, 10]
    assert all(a.ends_at == b.begins_at for a, b in pairwise(closes))
    assert closes[-1].ends_at == period.ends_at


def test_a_period_is_calculated_after_its_end_and_its_months() -> None:
    period = started()
    with at(DECEMBER - timedelta(seconds=1)), pytest.raises(PeriodRuns):
        run_calculation(period.id)
    with at(DECEMBER_1):
        with pytest.raises(MonthsOpen):
            run_calculation(period.id)
        close_months(period.id)
        run_calculation(period.id)
    assert fresh(period).state == PeriodState.CALCULATED


def test_every_step_happens_once_and_is_recorded_once() -> None:
    period, ann, admin = started(), make_user(), make_user(role="admin")
    earn(ann, 700)
    with at(DECEMBER_1):
        close_months(period.id)
        run_calculation(period.id)
        for _time in range(2):
            with transaction():
                periods.issue_statements(admin, period.id)
            with transaction():
                periods.finish_calculation(admin, period.id)
        for _time in range(2):
            with transaction():
                periods.open_choice(admin, period.id)
    with at(DECEMBER_15):
        for _time in range(2):
            with transaction():
                shares.begin_lock(admin, period.id)
        for _time in range(2):
            run_lock(period.id)
    done = fresh(period)
    assert done.state == PeriodState.LOCKED
    assert done.prepared_by_id == admin.id
    found = [one for one in actions() if one != "payback.month_closed"]
    assert found == [
        one for one in ACTIONS if one not in ("payback.month_closed", "payback.reopened")
    ]
    with transaction():
        names = db.session.scalars(select(EventRecord.name)).all()
    assert names.count("PaybackLocked") == 1


def test_steps_are_taken_in_order() -> None:
    period = started()
    with at(DECEMBER_15):
        for step in (periods.issue_statements, periods.open_choice, shares.begin_lock):
            with pytest.raises(WrongState), transaction():
                step(SYSTEM, period.id)
        with pytest.raises(WrongState), transaction():
            shares.finish_lines(period.id, 0)
        with pytest.raises(WrongState), transaction():
            shares.finish_lock(period.id)


def test_two_who_press_at_the_same_time_move_a_period_once() -> None:
    period = started()
    with at(DECEMBER_1):
        close_months(period.id)
        run_calculation(period.id)
    with transaction():
        mine = lock_period(period.id)
        mine.version -= 1
        db.session.flush()
        mine.version += 1
        db.session.expunge(mine)
        with pytest.raises(PeriodChanged):
            periods.advance(
                SYSTEM, mine, PeriodState.STATEMENTS_ISSUED, periods.Action.PAYBACK_CALCULATED
            )


def test_the_choice_is_open_for_fourteen_days_of_the_site() -> None:
    period = choosable(started())
    assert period.choice_ends_at == DECEMBER_15


def test_reopening_takes_a_period_back_only_before_the_choice() -> None:
    period, ann = started(), make_user()
    earn(ann, 100)
    with at(DECEMBER_1):
        close_months(period.id)
        run_calculation(period.id)
        for unfit in ("", " no ", "x" * 501):
            with pytest.raises(ReasonUnfit), transaction():
                periods.reopen(SYSTEM, period.id, unfit)
        for _time in range(2):
            with transaction():
                periods.reopen(SYSTEM, period.id, "a rule was wrong")
    assert fresh(period).state == PeriodState.OPEN
    assert actions().count("payback.reopened") == 1
    earn(ann, 11, DECEMBER - timedelta(hours=1))
    period = choosable(period)
    assert line_of(period, ann).amount == 111
    with at(DECEMBER_1), pytest.raises(WrongState), transaction():
        periods.reopen(SYSTEM, period.id, "too late")


def test_the_list_is_not_locked_while_members_choose() -> None:
    period = choosable(started())
    with at(DECEMBER_15 - timedelta(seconds=1)), pytest.raises(ChoiceRuns), transaction():
        shares.begin_lock(SYSTEM, period.id)


def test_the_list_is_not_locked_before_all_is_firm(app: Flask) -> None:
    period = choosable(started())
    with transaction():
        row = lock_period(period.id)
        row.choice_ends_at = DECEMBER_1 + timedelta(days=1)
    with at(DECEMBER_15 - timedelta(seconds=1)), pytest.raises(NotMature), transaction():
        shares.begin_lock(SYSTEM, period.id)


def test_the_list_is_not_locked_before_the_ledger_has_heard_of_everything() -> None:
    period = choosable(started())
    with at(DECEMBER_15), transaction():
        emit(AccountConfirmed(make_user().id))
    late = DECEMBER_15 + timedelta(minutes=11)
    with at(late), pytest.raises(LedgerBehind), transaction():
        shares.begin_lock(SYSTEM, period.id)
    deliver_waiting()
    with at(late), transaction():
        assert shares.begin_lock(SYSTEM, period.id)


def test_the_list_is_not_locked_while_the_one_before_is_to_be_paid() -> None:
    first, ann = started(), make_user()
    earn(ann, 100)
    choosable(first)
    second = _second_period()
    with at(second.ends_at + timedelta(days=14)), pytest.raises(EarlierUnfinished), transaction():
        shares.begin_lock(SYSTEM, second.id)
    lock(first)
    assert line_of(first, ann).state == LineState.ROLLED
    lock(second, when=second.ends_at + timedelta(days=14, hours=9))
    assert line_of(second, ann).carried == 100


def _second_period() -> PaybackPeriod:
    with at(DECEMBER):
        drive_payback()
    second = latest()
    return choosable(second, second.ends_at + timedelta(hours=8))


def test_the_digest_is_that_of_the_lines() -> None:
    period, ann, bo = started(), make_user(), make_user()
    earn(ann, 700)
    earn(bo, 1200)
    locked = lock(choosable(period))
    with transaction():
        assert compute_digest(period.id) == locked.list_digest
        assert len(locked.list_digest or "") == 64
