"""What the processes of ``dev.py stress ledger`` do, and where they die."""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Refusal
from community.posts.models import Post, Vote
from community.posts.operations import give_kudos, take_kudos_back
from community.questions.models import Acceptance, Answer
from community.questions.operations.acceptances import accept_answer, unaccept_answer
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import change_visibility
from reputation.ledger.models import LedgerClosing, LedgerEntry
from reputation.ledger.operations import (
    BooksClosed,
    Overdrawn,
    Posting,
    book,
    close_books,
    lock_accounts,
)
from reputation.ledger.queries import sums_between
from reputation.ledger.rules import ADJUSTMENT, EARNED, PAYBACK, PAYOUT, REPUTATION
from tests.factories.community import load_user
from tests.stress.dying import Death

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
STATEMENTS = {
    "INSERT INTO ledger_entries": "entries written",
    "UPDATE ledger_accounts": "balances written",
}


def make_death() -> Death:
    """Return what ends a process of this test where it was told to."""
    return Death(STATEMENTS, ("before answer",))


@dataclass(frozen=True)
class World:
    """Who acts on what: ids only, so that every process loads its own records."""

    people: tuple[int, ...]
    moderator: int
    questions: tuple[int, ...]
    answers: tuple[int, ...]


class Actor:
    """One process' acts: the same number gives the same act, so that one can be tried again.

    ``answers`` is a file with a line for each act that was answered: number, key and amount of
    what was booked by hand, or dashes.
    """

    def __init__(self, world: World, slot: int, seed: int, answers: Path, death: Death) -> None:
        self.world, self.slot, self.seed = world, slot, seed
        self.answers, self.death = answers, death

    def run(self, number_of_acts: int) -> None:
        """Act from the first act on that was not answered."""
        begun = self.answers.read_text().count("\n") if self.answers.exists() else 0
        with self.answers.open("ab", buffering=0) as file:
            for number in range(begun, number_of_acts):
                answer = self.try_until_answered(number)
                self.death.at("before answer")
                file.write(f"{number} {answer}\n".encode())

    def try_until_answered(self, number: int) -> str:
        """Do an act; where the database was too busy, again, as a person would."""
        while True:
            try:
                return self.act(number)
            except (OperationalError, sqlite3.OperationalError):
                db.session.rollback()

    def act(self, number: int) -> str:
        """Do one act; what is refused is answered as well."""
        chosen = random.Random(f"{self.seed}:{self.slot}:{number}")
        act = chosen.choices(ACTS, WEIGHTS)[0]
        try:
            with transaction():
                booked = act(self, chosen, number)
        except (Refusal, Overdrawn, BooksClosed):
            return "- 0"
        return booked or "- 0"

    def thank(self, chosen: random.Random, number: int) -> None:
        give_kudos(load_user(chosen.choice(self.world.people)), self._post(chosen))

    def take_back(self, chosen: random.Random, number: int) -> None:
        giver_id = chosen.choice(self.world.people)
        given = select(Vote.post_id).where(Vote.user_id == giver_id).order_by(Vote.id.desc())
        post_id = db.session.scalar(given.limit(1))
        if post_id:
            take_kudos_back(load_user(giver_id), db.session.get_one(Post, post_id))

    def accept(self, chosen: random.Random, number: int) -> None:
        answer = db.session.get_one(Answer, chosen.choice(self.world.answers))
        question = lock_question(answer.root_id or 0)
        accept_answer(load_user(question.author_id), question, answer)

    def unaccept(self, chosen: random.Random, number: int) -> None:
        accepted = db.session.scalars(select(Acceptance.answer_id)).all()
        if accepted:
            answer = db.session.get_one(Answer, chosen.choice(accepted))
            question = lock_question(answer.root_id or 0)
            unaccept_answer(load_user(question.author_id), question, answer)

    def remove(self, chosen: random.Random, number: int) -> None:
        self._change(self._post(chosen), chosen.choice(("hidden", "deleted")))

    def restore(self, chosen: random.Random, number: int) -> None:
        ids = (*self.world.questions, *self.world.answers)
        gone = select(Post).where(Post.id.in_(ids), Post.visibility != "published")
        posts = db.session.scalars(gone.order_by(Post.id)).all()
        if posts:
            self._change(chosen.choice(posts), "published")

    def _change(self, post: Post, visibility: str) -> None:
        moderator = load_user(self.world.moderator)
        change_visibility(moderator, lock_question(post.root_id or 0), post, visibility)

    def adjust(self, chosen: random.Random, number: int) -> str:
        currency = chosen.choice((REPUTATION, PAYBACK))
        amount = chosen.choice((-20, -5, 10, 25, 50))
        key = f"adjustment:{self.slot}-{number}"
        book(Posting(chosen.choice(self.world.people), currency, ADJUSTMENT, amount, key))
        return f"{key} {amount}"

    def close(self, chosen: random.Random, number: int) -> None:
        close_books(PAYBACK, clock.now())

    def pay(self, chosen: random.Random, number: int) -> str | None:
        """Pay out what a member has from before the last closing, and was not paid yet."""
        user_id = chosen.choice(self.world.people)
        lock_accounts([user_id])
        closing_id, before = latest_closing()
        if closing_id is None:
            return None
        amount = earned_before(user_id, before) + paid_so_far(user_id)
        if amount <= 0:
            return None
        key = f"payout:{user_id}-{closing_id}"
        book(Posting(user_id, PAYBACK, PAYOUT, -amount, key))
        return f"{key} {-amount}"

    def _post(self, chosen: random.Random) -> Post:
        kinds = (self.world.answers, self.world.answers, self.world.questions)
        return db.session.get_one(Post, chosen.choice(chosen.choice(kinds)))


def latest_closing() -> tuple[int | None, datetime]:
    """Return the last closing of payback and its instant."""
    newest = select(LedgerClosing.id, LedgerClosing.before).order_by(LedgerClosing.before.desc())
    found = db.session.execute(newest.limit(1)).first()
    return (found[0], found[1]) if found else (None, BEGINNING)


def earned_before(user_id: int, before: datetime) -> int:
    """Return what a member earned before an instant."""
    return sums_between([user_id], PAYBACK, BEGINNING, before, EARNED).get(user_id, 0)


def paid_so_far(user_id: int) -> int:
    """Return what was paid to a member, as a negative number."""
    paid = select(func.sum(LedgerEntry.amount)).where(
        LedgerEntry.user_id == user_id, LedgerEntry.cause == PAYOUT
    )
    return int(db.session.scalar(paid) or 0)


ACTS: tuple[Callable[[Actor, random.Random, int], str | None], ...] = (
    Actor.thank,
    Actor.take_back,
    Actor.accept,
    Actor.unaccept,
    Actor.remove,
    Actor.restore,
    Actor.adjust,
    Actor.close,
    Actor.pay,
)
WEIGHTS = (30, 12, 14, 8, 6, 8, 12, 1, 9)
