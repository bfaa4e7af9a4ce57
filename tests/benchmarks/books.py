"""What long books cost: ``python3 dev.py bench books [--entries N] [--postgresql]``.

Ten thousand members have thanked, accepted and taken back; a period of payback over all of it was
calculated and locked, a line each. ``reputation verify`` checks every invariant, also with a tenth
of the entries, and beside it the database adds up all entries once: the least that any check of
balances has to do. Then something that was accepted is booked again, and has to be found. At last
nobody has given thanks, and the ledger hears of it for a hundred answers, one at a time: that has
to take no longer than with a tenth of the entries.

Source: reliability goal 5, a million entries are checked within a minute.
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text, update

from community.core.db import db, transaction
from community.identity.models import User
from community.identity.names import name_columns
from community.posts.models import Post
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.operations import settle_posts
from reputation.ledger.rules import ACCEPTED, REPUTATION
from tests.benchmarks.escalation import NUMBERS, STORED_AT_ONCE, benchmark_site
from tests.factories.community import make_board
from tests.reputation.payback.scene import JUNE, at, choosable, lock, started

PEOPLE = 10_000
SMALLER = 10
LONGEST_SECONDS = 60.0
CHANGES = 100
# Books of ten times the length may take twice as long for a change: their tables lie deeper.
TIMES_A_TENTH = 2.0
# Of each question: an acceptance in both currencies, the asker's part, and three who thank.
ENTRIES_EACH = 9
TAKEN_BACK_EVERY = 10
DAYS_BETWEEN = 12

# Question 2n-1 and its answer 2n; ``asker`` and ``helper`` are never the same member.
POSTS = """
INSERT INTO posts (id, kind, author_id, board_id, root_id, parent_id, visibility, body, html,
  render_version, language, created_at, kudos_count, comments_count, imported_up, imported_down)
{numbers} SELECT 2 * n - 1 + part, CASE part WHEN 0 THEN 'question' ELSE 'answer' END,
  :first_person + (n + part * (1 + n / :people)) % :people, :board, 2 * n - 1,
  CASE part WHEN 0 THEN NULL ELSE 2 * n - 1 END, 'published', 'It works.', 'It works.', 1, 'en',
  {written}, 0, 0, 0, 0
FROM numbers, (SELECT 0 AS part UNION ALL SELECT 1) AS parts"""
WRITTEN = {
    "sqlite": "datetime(:begins_at, '+' || (:days * (n / :people)) || ' days')",
    "postgresql": "CAST(:begins_at AS timestamptz) + :days * (n / :people) * interval '1 day'",
}
ENTRIES = """
INSERT INTO ledger_entries (currency, user_id, cause, amount, rule_version, post_id, giver_id,
  occurred_at, earned_on, matures_at, key, created_at)
SELECT booked.currency, CASE booked.cause WHEN 'acceptance_given' THEN root.author_id
    ELSE answer.author_id END, booked.cause, booked.amount, 1, answer.id,
  CASE booked.cause WHEN 'acceptance_given' THEN answer.author_id
    WHEN 'accepted' THEN root.author_id
    ELSE :first_person + (answer.author_id - :first_person + 97 * booked.place) % :people END,
  answer.created_at, date(answer.created_at), NULL,
  booked.currency || ':' || booked.cause || ':' || answer.id || ':' || booked.place,
  answer.created_at
FROM posts AS answer JOIN posts AS root ON root.id = answer.root_id, (
  SELECT 'reputation' AS currency, 'accepted' AS cause, 15 AS amount, 0 AS place
  UNION ALL SELECT 'reputation', 'acceptance_given', 2, 0
  UNION ALL SELECT 'reputation', 'kudos_answer', 10, 1
  UNION ALL SELECT 'reputation', 'kudos_answer', 10, 2
  UNION ALL SELECT 'reputation', 'kudos_answer', 10, 3
  UNION ALL SELECT 'payback', 'accepted', 20, 0
  UNION ALL SELECT 'payback', 'kudos_answer', 1, 1
  UNION ALL SELECT 'payback', 'kudos_answer', 1, 2
  UNION ALL SELECT 'payback', 'kudos_answer', 1, 3) AS booked
WHERE answer.kind = 'answer' AND answer.id BETWEEN :from_post AND :to_post"""
REVERSALS = """
INSERT INTO ledger_entries (currency, user_id, cause, amount, rule_version, post_id, giver_id,
  occurred_at, earned_on, matures_at, reverses_id, key, created_at)
SELECT currency, user_id, cause, -amount, rule_version, post_id, giver_id, occurred_at, earned_on,
  matures_at, id, 'reversal:' || id, created_at
FROM ledger_entries WHERE cause = 'kudos_answer' AND id % :every = 0 AND reverses_id IS NULL"""
ACCOUNTS = """
INSERT INTO ledger_accounts (user_id, reputation, payback)
SELECT user_id, sum(CASE currency WHEN 'reputation' THEN amount ELSE 0 END),
  sum(CASE currency WHEN 'payback' THEN amount ELSE 0 END)
FROM ledger_entries GROUP BY user_id"""
SHOWN = """
UPDATE users SET points = (SELECT reputation FROM ledger_accounts
  WHERE ledger_accounts.user_id = users.id)
WHERE id IN (SELECT user_id FROM ledger_accounts)"""
ADDED_UP = "SELECT count(*) FROM (SELECT sum(amount) FROM ledger_entries GROUP BY user_id) AS sums"


@dataclass(frozen=True)
class Checked:
    """How long a check of so many entries took, adding them up, and one change of them."""

    entries: int
    seconds: float
    adding_up_seconds: float
    change_seconds: float
    finds_what_is_wrong: bool


def main(entries: int, on_postgresql: bool, *, as_json: bool = False) -> int:
    """Measure; returns 1 where a check takes longer than a minute, or does not find a fault."""
    few = measure(entries // SMALLER, on_postgresql)
    many = measure(entries, on_postgresql)
    report = {
        "database": "PostgreSQL" if on_postgresql else "SQLite",
        "entries": many.entries,
        "seconds": round(many.seconds, 1),
        "times_adding_up": round(many.seconds / many.adding_up_seconds, 1),
        "seconds_with_a_tenth": round(few.seconds, 1),
        "milliseconds_a_change": round(1_000 * many.change_seconds, 1),
        "times_a_change_with_a_tenth": round(many.change_seconds / few.change_seconds, 1),
        "finds_what_is_wrong": few.finds_what_is_wrong and many.finds_what_is_wrong,
    }
    report["held"] = (
        many.seconds <= LONGEST_SECONDS
        and many.change_seconds <= TIMES_A_TENTH * few.change_seconds
        and bool(report["finds_what_is_wrong"])
    )
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(f"{name:<34}{value}" for name, value in report.items()))
    return 0 if report["held"] else 1


def measure(entries: int, on_postgresql: bool) -> Checked:
    """Check sound books of at least so many entries, then the same with one that is wrong."""
    with benchmark_site(on_postgresql) as app:
        with at(JUNE):
            period = started()
        store_books(entries)
        lock(choosable(period))
        seconds, says = _timed(lambda: _verify(app))
        if "BROKEN" in says:
            raise AssertionError(says)
        adding_up, _ = _timed(lambda: db.session.execute(text(ADDED_UP)).all())
        stored = db.session.scalar(select(func.count(LedgerEntry.id))) or 0
        db.session.rollback()
        book_again()
        is_found = "BROKEN: a cause earns once" in _verify(app)
        return Checked(stored, seconds, adding_up, change_books(), is_found)


def change_books() -> float:
    """Let the ledger hear of changes all over the books; returns seconds for each of them."""
    answers = select(Post.id).where(Post.kind == "answer").order_by(Post.id)
    ids = db.session.scalars(answers).all()
    db.session.rollback()
    return _timed(lambda: [_settle(i) for i in ids[:: len(ids) // CHANGES][:CHANGES]])[0] / CHANGES


def _settle(post_id: int) -> None:
    with transaction():
        if not settle_posts([post_id]):
            raise AssertionError("nothing was booked")


def _verify(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["reputation", "verify"]).output


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started_at = time.perf_counter()
    result = act()
    return time.perf_counter() - started_at, result


def store_books(entries: int) -> None:
    """Store members, what they wrote and what was booked for it, in the half-year from June on."""
    people = [_member(number) for number in range(PEOPLE)]
    board = make_board().id
    with transaction():
        db.session.execute(insert(User), people)
        first_person = (db.session.scalar(select(func.max(User.id))) or 0) - PEOPLE + 1
    dialect = db.engine.dialect.name
    shared = {"people": PEOPLE, "first_person": first_person}
    begins_at = f"{JUNE + timedelta(hours=12):%Y-%m-%d %H:%M:%S}"
    written = {**shared, "board": board, "begins_at": begins_at, "days": DAYS_BETWEEN}
    posts = POSTS.format(numbers=NUMBERS[dialect], written=WRITTEN[dialect])
    questions = 1 + entries // ENTRIES_EACH
    for first in range(1, questions + 1, STORED_AT_ONCE):
        last = min(first + STORED_AT_ONCE - 1, questions)
        with transaction():
            db.session.execute(text(posts), {**written, "first": first, "last": last})
            ends = {"from_post": 2 * first, "to_post": 2 * last}
            db.session.execute(text(ENTRIES), {**shared, **ends})
    with transaction():
        db.session.execute(text(REVERSALS), {"every": TAKEN_BACK_EVERY})
        for statement in (ACCOUNTS, SHOWN):
            db.session.execute(text(statement))
        if dialect == "postgresql":
            # As every real site does by itself; SQLite never gathers any statistics.
            db.session.execute(text("ANALYZE"))


def _member(number: int) -> dict[str, Any]:
    return {
        **name_columns(f"Member {number}"),
        "email": f"member-{number}@example.org",
        "fs_uniquifier": secrets.token_hex(16),
        "confirmed_at": JUNE,
        "created_at": JUNE,
    }


def book_again() -> None:
    """Book an acceptance once more under another key, with balances that agree."""
    columns = {column.name for column in LedgerEntry.__table__.columns} - {"id", "key"}
    accepted = select(LedgerEntry).where(LedgerEntry.cause == ACCEPTED)
    with transaction():
        entry = db.session.scalars(
            accepted.where(LedgerEntry.currency == REPUTATION).limit(1)
        ).one()
        again = {name: getattr(entry, name) for name in columns}
        db.session.execute(insert(LedgerEntry).values(**again, key="again"))
        db.session.execute(
            update(LedgerAccount)
            .where(LedgerAccount.user_id == entry.user_id)
            .values(reputation=LedgerAccount.reputation + entry.amount)
        )
        db.session.execute(
            update(User).where(User.id == entry.user_id).values(points=User.points + entry.amount)
        )
