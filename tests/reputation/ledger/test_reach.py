"""How much of the books is read for one change."""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import insert

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import settle_posts
from tests.factories.community import make_answer, make_question
from tests.queries import steps_of
from tests.reputation.ledger.booking import entries_of, make_member, thank


def fill_books(member: User, post: Post, number: int) -> None:
    """Book a number of lines of the day before, which nobody reversed."""
    at = clock.now() - timedelta(days=1)
    row = {
        "currency": "reputation",
        "user_id": member.id,
        "cause": "kudos_answer",
        "amount": 1,
        "rule_version": 1,
        "post_id": post.id,
        "occurred_at": at,
        "earned_on": at.astimezone(UTC).date(),
        "created_at": at,
    }
    with transaction():
        rows = [{**row, "key": f"{member.id} {place}"} for place in range(number)]
        db.session.execute(insert(LedgerEntry), rows)


def steps_to_settle(post: Post) -> int:
    """Settle a post and count what SQLite does for it."""

    def settle() -> None:
        with transaction():
            settle_posts([post.id])

    return steps_of(settle)


@pytest.mark.usefixtures("app", "sqlite_alone")
def test_a_change_is_booked_without_reading_what_else_was_earned() -> None:
    helper, other, asker = make_member(), make_member(), make_member()
    first, second, third, old = (make_answer(make_question(asker), helper) for _ in range(4))
    for answer in (first, second, third):
        thank(asker, answer)
    alone = steps_to_settle(first)
    fill_books(other, make_answer(make_question(asker), other), 2_000)
    assert steps_to_settle(second) < 1.5 * alone
    fill_books(helper, old, 2_000)
    assert steps_to_settle(third) < 2 * alone
    assert entries_of(helper)[:3] == [("kudos_answer", 10)] * 3
