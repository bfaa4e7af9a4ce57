"""Random histories over three periods, and many hands at once: the books of payback balance."""

import os
import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import Posting, book, settle_posts
from reputation.ledger.rules import PAYBACK, PAYOUT
from reputation.payback.errors import BelowFloor, NothingToChoose
from reputation.payback.models import (
    Choice,
    LineState,
    MonthClose,
    PaybackNotice,
    PaybackPeriod,
    PayoutLine,
    PeriodState,
)
from reputation.payback.operations import holds, shares
from reputation.payback.tasks import drive_payback, run_lock
from tests.factories.community import make_acceptance, make_answer, make_question, make_user
from tests.parallel import errors_of
from tests.reputation.ledger.booking import deliver_waiting, make_member, thank, unaccept
from tests.reputation.payback.scene import (
    DECEMBER,
    DECEMBER_15,
    JULY_20,
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

# More of them, when somebody changes what becomes of a line: FORUM_PAYBACK_HISTORIES=100.
HISTORIES = int(os.environ.get("FORUM_PAYBACK_HISTORIES", "2"))
DAY = timedelta(days=1)


class History:
    """A few members over three periods; what they do is drawn by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.asker = make_member()
        self.people = [make_member() for _ in range(4)]
        self.paid = 0
        self.with_bank = {user.id for user in self.people[:2]}
        for user in self.people[:2]:
            save_bank(user, JULY_20)

    def run(self) -> None:
        """Live through three periods, the books checked after each."""
        period = started()
        for _time in range(3):
            self._earn(period)
            with at(period.ends_at - 17 * DAY):
                drive_payback()
            period = choosable(period, period.ends_at + timedelta(hours=8))
            self._choose(period)
            self._hold(period)
            period = lock(period, when=period.ends_at + timedelta(days=14, hours=9))
            assert broken() == []
            self._settle(period)
            assert broken() == []
            period = latest()

    def _earn(self, period: PaybackPeriod) -> None:
        for user in self.people:
            moments = sorted(self.random.randrange(10, 160) for _ in range(2))
            for day in moments:
                when = period.begins_at + day * DAY
                act = self.random.choice([self._help, self._help, self._correct])
                act(user, when)
        with at(period.ends_at):
            drive_payback()

    def _help(self, user: User, when: object) -> None:
        """Give an answer that is accepted and thanked for, and perhaps not any more."""
        with at(when):  # type: ignore[arg-type]
            answer = make_answer(make_question(self.asker), user)
            make_acceptance(answer, self.asker)
            thank(self.asker, answer)
            if self.random.random() < 0.4:
                unaccept(self.asker, answer)
            deliver_waiting()

    def _correct(self, user: User, when: object) -> None:
        amount = self.random.choice([-30, 5, 900, 1500])
        earn(user, amount, when)  # type: ignore[arg-type]

    def _choose(self, period: PaybackPeriod) -> None:
        for user in self.people:
            choice = self.random.choice([None, Choice.CREDIT, Choice.CASH, Choice.ROLL])
            if choice is Choice.CASH and user.id not in self.with_bank:
                choice = Choice.CREDIT
            if choice is None:
                continue
            try:
                choose(user, choice, period.ends_at + 2 * DAY)
            except (NothingToChoose, BelowFloor):
                continue

    def _hold(self, period: PaybackPeriod) -> None:
        user, reference = self.random.choice(self.people), f"case:{period.id}"
        with transaction():
            holds.lift_hold(f"case:{period.id - 1}", by=SYSTEM)
            if self.random.random() < 0.5:
                holds.place_hold(user.id, reason="ring", reference=reference, by=SYSTEM)

    def _settle(self, period: PaybackPeriod) -> None:
        """Pay what was chosen, or let it fail and roll: what a payout run does in the end."""
        with at(period.ends_at + 20 * DAY), transaction():
            query = select(PayoutLine).where(
                PayoutLine.period_id == period.id, PayoutLine.state == LineState.CHOSEN
            )
            for line in db.session.scalars(query.order_by(PayoutLine.user_id)):
                line.state = LineState.ROLLED.value
                if self.random.random() < 0.7:
                    book(Posting(line.user_id, PAYBACK, PAYOUT, -line.payable, line.key))
                    line.state = LineState.SETTLED.value
                    self.paid += line.payable
            db.session.execute(
                update(PaybackPeriod)
                .where(PaybackPeriod.id == period.id)
                .values(state=PeriodState.PAID)
            )


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_books_balance_whatever_members_do(seed: int) -> None:
    history = History(seed)
    history.run()
    with transaction():
        paid = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.cause == PAYOUT)
        assert -(db.session.scalar(paid) or 0) == history.paid


def test_what_is_taken_back_before_the_lock_is_never_paid() -> None:
    asker, helper = make_member(), make_member()
    with at(JULY_20):
        period = started()
        answer = make_answer(make_question(asker), helper)
        make_acceptance(answer, asker)
        deliver_waiting()
    choosable(period)
    choose(helper, Choice.CREDIT)
    with at(DECEMBER_15 - timedelta(hours=1)):
        unaccept(asker, answer)
        deliver_waiting()
    lock(period)
    assert line_of(period, helper).amount == 0
    assert broken() == []


def test_what_is_taken_back_after_the_lock_stays_paid() -> None:
    asker, helper = make_member(), make_member()
    with at(JULY_20):
        period = started()
        answer = make_answer(make_question(asker), helper)
        make_acceptance(answer, asker)
        deliver_waiting()
    choosable(period)
    choose(helper, Choice.CREDIT)
    lock(period)
    with at(DECEMBER_15 + DAY):
        unaccept(asker, answer)
        deliver_waiting()
    assert (line_of(period, helper).payable, line_of(period, helper).state) == (20, "chosen")
    assert broken() == []


def test_a_list_is_locked_once_while_the_forum_goes_on(at_once, monkeypatch) -> None:
    monkeypatch.setattr(shares, "BATCH", 2)
    asker, helpers = make_member(), [make_member() for _ in range(6)]
    with at(JULY_20):
        period = started()
        answers: list[Post] = []
        for helper in helpers:
            answers.append(make_answer(make_question(asker), helper))
            make_acceptance(answers[-1], asker)
        deliver_waiting()
    choosable(period)
    with at(DECEMBER_15):
        for answer in answers[::2]:
            unaccept(asker, answer)
        with transaction():
            shares.begin_lock(SYSTEM, period.id)
        ids = [answer.id for answer in answers]

        def settle() -> None:
            for post_id in ids:
                with transaction():
                    settle_posts([post_id])

        assert (
            errors_of(
                at_once([lambda: run_lock(period.id), lambda: run_lock(period.id), settle, settle])
            )
            == []
        )
    assert fresh(period).state == PeriodState.LOCKED
    assert {line_of(period, helper).amount for helper in helpers} == {20}
    assert broken() == []


def test_two_workers_close_a_month_and_mail_it_once(at_once) -> None:
    ann = make_user()
    period = started()
    earn(ann, 300)
    with at(DECEMBER + DAY):
        assert errors_of(at_once([drive_payback] * 4)) == []
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(MonthClose)) == 6
        assert db.session.scalar(select(func.count()).select_from(PaybackPeriod)) == 2
        assert db.session.scalar(select(func.count()).select_from(PaybackNotice)) == 1
    assert period.id
