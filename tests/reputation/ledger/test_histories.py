"""Random histories: whatever the order and the repetition of events, the same is booked.

Acts are real, their events are delivered shuffled, late, twice, and between later acts. Afterwards
every invariant holds, a rebuild finds nothing to do, and a ledger built from nothing agrees.
"""

import os
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Refusal
from community.core.jobs import EventRecord, Job, emit
from community.events import AccountConfirmed
from community.identity.models import User
from community.posts.models import Post, Vote
from community.questions.models import Acceptance
from reputation.ledger import rules
from reputation.ledger.models import LedgerAccount, PromotionBudget
from tests.conftest import empty_table
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.reputation.ledger.booking import (
    assert_sound,
    deliver,
    rebuild,
    take_back,
    thank,
    unaccept,
)

# More of them, when somebody changes the rules of settling: FORUM_LEDGER_HISTORIES=500.
HISTORIES = int(os.environ.get("FORUM_LEDGER_HISTORIES", "10"))
ACTS_EACH = 14
TIGHT = {"daily_cap": 23, "full_givers": 2}
BUDGET = 200


class World:
    """A few people, two questions with two answers each, and what they do by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        board = make_board()
        self.people = [make_user() for _ in range(4)]
        self.moderator = make_user(role="moderator")
        self.answers: list[Post] = []
        self.questions: list[Post] = []
        for asker in self.people[:2]:
            question = make_question(asker, board)
            self.questions.append(question)
            self.answers += [make_answer(question, self.random.choice(self.people)) for _ in "ab"]
        with transaction():
            ids = [user.id for user in (*self.people, self.moderator)]
            db.session.execute(update(User).where(User.id.in_(ids)).values(confirmed_at=None))
            # Nothing has earned anything so far.
            db.session.execute(delete(Job))
            db.session.execute(delete(EventRecord))

    def act(self) -> None:
        """Do something; what is refused is no part of the history."""
        kinds = (self.thank, self.take_back, self.accept, self.unaccept, self.change, self.confirm)
        weights = (6, 2, 3, 2, 3, 1)
        try:
            self.random.choices(kinds, weights)[0]()
        except Refusal:
            db.session.rollback()

    def thank(self) -> None:
        thank(self.random.choice(self.people), self._post())
        self._age(Vote.created_at)

    def take_back(self) -> None:
        with transaction():
            posts = [post.id for post in [*self.answers, *self.questions]]
            query = select(Vote.user_id, Vote.post_id).where(Vote.post_id.in_(posts))
            votes = db.session.execute(query.order_by(Vote.id)).all()
        if votes:
            giver_id, post_id = self.random.choice(votes)
            take_back(load_user(giver_id), self._load(post_id))

    def accept(self) -> None:
        answer = self.random.choice(self.answers)
        actor = self.random.choice([self._asker_of(answer), load_user(self.moderator.id)])
        make_acceptance(answer, actor, also=self.random.random() < 0.3)
        self._age(Acceptance.accepted_at)

    def unaccept(self) -> None:
        answer = self.random.choice(self.answers)
        unaccept(self._asker_of(answer), answer)

    def change(self) -> None:
        visibility = self.random.choice(["hidden", "deleted", "published", "published"])
        set_post_visibility(self._post(), visibility, load_user(self.moderator.id))

    def confirm(self) -> None:
        user = self.random.choice(self.people)
        with transaction():
            confirmed_at = self.random.choice([None, clock.now()])
            db.session.execute(
                update(User).where(User.id == user.id).values(confirmed_at=confirmed_at)
            )
            emit(AccountConfirmed(user.id))

    def deliver(self, number: int) -> None:
        """Deliver some of all events so far, in any order, perhaps not for the first time."""
        with transaction():
            ids = db.session.scalars(select(EventRecord.id).order_by(EventRecord.id)).all()
        for event_id in self.random.choices(ids, k=number) if ids else []:
            deliver(event_id)

    def deliver_all(self) -> None:
        """Deliver every event at least once more."""
        with transaction():
            ids = list(db.session.scalars(select(EventRecord.id).order_by(EventRecord.id)))
        self.random.shuffle(ids)
        for event_id in ids:
            deliver(event_id)

    def _post(self) -> Post:
        return self.random.choice([*self.answers, *self.answers, *self.questions])

    def _load(self, post_id: int) -> Post:
        return next(post for post in [*self.answers, *self.questions] if post.id == post_id)

    def _asker_of(self, answer: Post) -> User:
        asker_id = next(q.author_id for q in self.questions if q.id == answer.root_id)
        return load_user(asker_id)

    def _age(self, column) -> None:
        """Let the newest act have happened on one of three days, before its event is delivered."""
        at = clock.now() - timedelta(days=self.random.randrange(3)) * self.random.randint(0, 1)
        table = column.class_
        with transaction():
            newest = db.session.scalar(select(table.id).order_by(table.id.desc()).limit(1))
            recent = clock.now() - timedelta(minutes=1)
            changed = update(table).where(table.id == newest, column > recent)
            db.session.execute(changed.values({column.key: at}))


def balances() -> list[tuple[int, int, int, int]]:
    with transaction():
        rows = db.session.execute(
            select(User.id, User.points, LedgerAccount.reputation, LedgerAccount.payback)
            .join(LedgerAccount, LedgerAccount.user_id == User.id)
            .order_by(User.id)
        )
        return [tuple(row) for row in rows if any(row[1:])]


def empty_ledger() -> None:
    """Begin anew with the facts alone."""
    empty_table("ledger_entries")
    with transaction():
        db.session.execute(delete(LedgerAccount))
        db.session.execute(update(User).values(points=0))


@pytest.fixture
def tight_rules(monkeypatch):
    """Both currencies, with caps that a handful of kudos reaches, and a promotion whose budget is
    soon used up."""
    promotion = rules.Promotion(
        cause=rules.ACCEPTED,
        board_id=None,
        percent=200,
        ends_at=clock.now() + timedelta(days=1),
        budget=BUDGET,
    )
    tight_standing = replace(rules.REPUTATION_1, **TIGHT, promotion=promotion)
    monkeypatch.setitem(rules.FIRST_RULES, "reputation", (tight_standing,))
    with transaction():
        db.session.add(PromotionBudget(currency="reputation", rule_version=1, budget=BUDGET))
    tight = replace(rules.PAYBACK_1, daily_cap=2, full_givers=1)
    monkeypatch.setitem(rules.FIRST_RULES, "payback", (tight,))


@pytest.mark.slow
@pytest.mark.usefixtures("app", "tight_rules")
def test_random_histories_end_as_if_booked_at_once():
    for seed in range(HISTORIES):
        world = World(seed)
        for _ in range(ACTS_EACH):
            world.act()
            world.deliver(world.random.randint(0, 2))
        world.deliver_all()
        with transaction():
            db.session.execute(delete(Job))
        if seed % 10 == 9:
            assert_sound()
            found = balances()
            empty_ledger()
            rebuild()
            assert balances() == found, f"seeds up to {seed}"
