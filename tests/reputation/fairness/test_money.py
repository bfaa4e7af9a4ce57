"""No money for thanks that are taken back: from a ring's votes to what the list of payouts pays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from community.core.audit import Action, AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from moderation.cases.models import ModerationCase
from reputation.fairness.models import RingFinding
from reputation.fairness.operations import take_back
from reputation.fairness.queries import list_out_of_reach
from reputation.ledger.operations import settle_members
from reputation.ledger.queries import get_balances
from reputation.ledger.rules import PAYBACK
from reputation.payback.models import Choice, PaybackPeriod, PayoutLine, PeriodState
from reputation.payback.operations import shares
from reputation.payback.queries.shares import get_line
from reputation.payback.tasks import run_lock
from tests.factories.community import make_acceptance, make_answer, make_question, make_user
from tests.reputation.fairness.scene import (
    make_background,
    make_posts,
    make_ring,
    posts_of_others,
    search,
    thank_all,
)
from tests.reputation.fairness.test_findings import decide, held
from tests.reputation.payback.scene import (
    DECEMBER_1,
    DECEMBER_15,
    NEXT_JUNE,
    at,
    broken,
    choosable,
    choose,
    lock,
    started,
)

NOVEMBER_20 = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# An accepted answer, and kudos for it by its asker.
HELPED = 20 + 1


class Story:
    """A ring, somebody honest, and one of the ring whom somebody honest thanked too."""

    def __init__(self) -> None:
        self.period = started()
        with at(NOVEMBER_20):
            self.keeper = make_user("Kim Keeper", role="moderator")
            self.ring = [make_user() for _number in range(4)]
            self.honest, board, asker = make_user(), make_background(), make_user()
            self.everybody = [*self.ring, self.honest]
            for each in self.ring:
                for other in self.ring:
                    if each is not other:
                        self._help(each, other, board, self.ring)
            for helper in (self.honest, self.ring[0]):
                self._help(asker, helper, board, [asker])
            with transaction():
                settle_members(user.id for user in self.everybody)

    def _help(self, asker, helper, board, givers):
        answer = make_answer(make_question(asker, board), helper)
        make_acceptance(answer, asker)
        thank_all(givers, [answer])

    def night(self):
        with at(NOVEMBER_20 + DAY):
            search()
            run_due_jobs()

    def decide(self, when, decision="violation"):
        with at(when):
            decide(self.keeper, decision)

    def choose_credit(self):
        self.period = choosable(self.period)
        for user in self.everybody:
            choose(user, Choice.CREDIT)

    def balances(self):
        db.session.rollback()
        return [get_balances(user.id)[PAYBACK] for user in self.everybody]

    def finding(self):
        with transaction():
            return db.session.scalars(select(RingFinding)).one()

    def lines(self):
        """Return what the list says of everybody: the line's state and what is paid on it."""
        db.session.rollback()
        lines = [get_line(self.period.id, user.id) for user in self.everybody]
        return [(line.state, line.payable if line.state == "chosen" else 0) for line in lines]


@pytest.fixture
def story(app):
    return Story()


def test_thanks_of_a_ring_are_not_paid_once_they_are_reversed(story):
    story.night()
    assert held() == {user.id for user in story.ring}
    assert min(story.balances()) >= HELPED
    story.choose_credit()
    story.decide(DECEMBER_1 + 4 * DAY)
    assert held() == set()
    assert story.balances() == [HELPED, 0, 0, 0, HELPED]
    lock(story.period)
    paid, nothing = ("chosen", HELPED), ("rolled", 0)
    assert story.lines() == [paid, nothing, nothing, nothing, paid]
    assert broken() == []


def test_while_it_is_undecided_nobody_of_them_is_paid(story):
    story.night()
    story.choose_credit()
    lock(story.period)
    assert story.lines() == [("held", 0)] * 4 + [("chosen", HELPED)]
    assert broken() == []


def test_a_decision_after_the_books_were_closed_pays_nothing_either(story):
    story.night()
    story.choose_credit()
    with at(DECEMBER_15), transaction():
        shares.begin_lock(SYSTEM, story.period.id)
    story.decide(DECEMBER_15)
    with at(DECEMBER_15):
        run_lock(story.period.id)
    assert story.lines() == [("held", 0)] * 4 + [("chosen", HELPED)]
    assert held() == {user.id for user in story.ring}
    assert broken() == []


def test_a_ring_that_is_found_after_the_lock_stays_held_when_it_is_decided(story):
    with at(NOVEMBER_20 + DAY):
        run_due_jobs()
    story.choose_credit()
    lock(story.period)
    assert {state for state, _ in story.lines()} == {"chosen"}
    with at(DECEMBER_15):
        search()
        run_due_jobs()
    story.decide(DECEMBER_15)
    assert held() == {user.id for user in story.ring}
    with at(DECEMBER_15), transaction():
        take_back(story.finding().source)
    assert held() == set()
    assert broken() == []


def test_what_rolled_on_and_was_paid_in_the_next_period_is_paid(story):
    with at(NOVEMBER_20 + DAY):
        run_due_jobs()
    lock(choosable(story.period))
    ring = {user.id for user in story.ring}
    with at(NEXT_JUNE), transaction():
        assert list_out_of_reach(ring) == ring
        begins_at = story.period.ends_at
        later = PaybackPeriod(begins_at=begins_at, ends_at=NEXT_JUNE)
        db.session.add(later)
        db.session.flush()
        paid = PayoutLine(period_id=later.id, user_id=story.ring[0].id, state="settled")
        paid.earned, paid.carried, paid.amount = 0, HELPED, HELPED
        db.session.add(paid)
        db.session.flush()
        assert list_out_of_reach(ring) == ring - {story.ring[0].id}


def test_who_is_cleared_after_the_books_were_closed_is_paid(story):
    story.night()
    story.choose_credit()
    with at(DECEMBER_15), transaction():
        shares.begin_lock(SYSTEM, story.period.id)
    story.decide(DECEMBER_15, "no_violation")
    with at(DECEMBER_15):
        run_lock(story.period.id)
    assert {state for state, _ in story.lines()} == {"chosen"}
    assert broken() == []


class Doubts:
    """Three who thanked each other too little to be suspected, in a period that has ended."""

    def __init__(self) -> None:
        self.period = started()
        with at(NOVEMBER_20):
            self.keeper = make_user("Kim Keeper", role="moderator")
            self.board = make_background()
            self.group = make_ring(self.board, size=3, posts=1)
            self.ids = {user.id for user in self.group}

    def night(self, when):
        with at(when):
            findings = search()
            run_due_jobs()
        return [finding.state for finding in findings]

    def thank_more(self, when):
        with at(when):
            thank_all(self.group, make_posts(self.board, self.group))

    def case(self):
        db.session.rollback()
        return db.session.scalars(select(ModerationCase)).one()


@pytest.fixture
def doubts(app):
    return Doubts()


def actions(*wanted):
    db.session.rollback()
    query = select(AuditEntry.action).where(AuditEntry.action.in_(wanted))
    return sorted(db.session.scalars(query))


def test_a_doubt_holds_nobody_while_no_payment_is_near(doubts):
    assert doubts.night(NOVEMBER_20 + DAY) == []
    assert held() == set()


def test_while_a_payment_is_near_who_is_in_doubt_waits_and_somebody_may_look(doubts):
    for hours in (0, 1):
        assert doubts.night(DECEMBER_1 + timedelta(hours=hours)) == ["doubted"]
    assert held() == doubts.ids
    assert doubts.case().evidence["doubt"] is True
    assert actions(Action.PAYBACK_HELD) == [Action.PAYBACK_HELD] * 3


def test_a_doubt_that_is_gone_frees_them_by_itself_and_closes_its_case(doubts):
    doubts.night(DECEMBER_1)
    with at(DECEMBER_1 + DAY):
        thank_all(doubts.group, posts_of_others(doubts.board, 60))
    for days in (1, 2):
        assert doubts.night(DECEMBER_1 + days * DAY) == ["dropped"]
    assert held() == set()
    assert doubts.case().state == "closed"
    assert actions(Action.PAYBACK_FREED) == [Action.PAYBACK_FREED] * 3
    assert broken() == []


def test_a_doubt_ends_once_the_payment_is_made(doubts):
    doubts.night(DECEMBER_1)
    with transaction():
        db.session.execute(update(PaybackPeriod).values(state=PeriodState.PAID))
    assert doubts.night(DECEMBER_1 + DAY) == ["dropped"]
    assert held() == set()


def test_of_whom_more_is_found_is_suspected_in_the_same_case(doubts):
    doubts.night(DECEMBER_1)
    doubts.thank_more(DECEMBER_1 + DAY)
    assert doubts.night(DECEMBER_1 + 2 * DAY) == ["suspected"]
    assert held() == doubts.ids
    assert "doubt" not in doubts.case().evidence
    with transaction():
        db.session.execute(update(PaybackPeriod).values(state=PeriodState.PAID))
    assert doubts.night(DECEMBER_1 + 3 * DAY) == ["suspected"]
    assert held() == doubts.ids


@pytest.mark.parametrize(
    ("decision", "state"), [("no_violation", "cleared"), ("violation", "confirmed")]
)
def test_a_moderator_may_decide_a_doubt(doubts, decision, state):
    doubts.night(DECEMBER_1)
    with at(DECEMBER_1 + DAY):
        decide(doubts.keeper, decision)
    assert held() == set()
    assert doubts.night(DECEMBER_1 + 2 * DAY) == [state]
    assert held() == set()


def test_what_is_in_doubt_is_not_paid_and_rolls_on_whole(doubts):
    with at(NOVEMBER_20):
        asker = make_user()
        answer = make_answer(make_question(asker, doubts.board), doubts.group[0])
        make_acceptance(answer, asker)
        with transaction():
            settle_members([doubts.group[0].id])
    doubts.night(DECEMBER_1)
    period = choosable(doubts.period)
    choose(doubts.group[0], Choice.CREDIT)
    lock(period)
    db.session.rollback()
    line = get_line(period.id, doubts.group[0].id)
    assert (line.state, line.amount > 0, line.expired) == ("held", True, 0)
    assert broken() == []
