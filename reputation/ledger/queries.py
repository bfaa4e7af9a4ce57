"""Reads for the ledger: the facts that earn points, and what stands booked for them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from community.core.db import db, unindexed
from community.core.jobs import Job
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit, Vote
from community.questions.models import Acceptance
from reputation.ledger.gains import Gain
from reputation.ledger.models import (
    LedgerAccount,
    LedgerClosing,
    LedgerEntry,
    LedgerExclusion,
    PromotionBudget,
)
from reputation.ledger.rules import EARNED

# Made once: SQLAlchemy works out an alias's columns anew for each one that is made, and the ledger
# reads at every event.
_reversal = aliased(LedgerEntry)


def is_original() -> ColumnElement[bool]:
    """Return the condition for entries that are no reversal: nearly all of the whole ledger."""
    condition: ColumnElement[bool] = unindexed(LedgerEntry.reverses_id).is_(None)
    return condition


def is_standing() -> ColumnElement[bool]:
    """Return the condition for entries that are no reversal and have none."""
    return and_(is_original(), ~exists().where(_reversal.reverses_id == LedgerEntry.id))


def is_leaving() -> ColumnElement[bool]:
    """Return the condition for members who are erased, or are just being erased: their rows go in
    many small steps, and the account says that it is erased only after the last one."""
    is_begun = and_(User.erasure_due_at.is_not(None), User.active.is_(False))
    return or_(User.erased_at.is_not(None), is_begun)


def stood_at(instant: Any) -> ColumnElement[bool]:
    """Return the condition for entries that are no reversal and were not reversed by an instant;
    where it has not come (NULL), by now."""
    is_early = or_(instant.is_(None), _reversal.created_at < instant)
    reversed_ = exists().where(_reversal.reverses_id == LedgerEntry.id, is_early)
    return and_(is_original(), ~reversed_)


def are_excluded(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition for two members who earn nothing by each other."""
    pair = or_(
        and_(LedgerExclusion.user_id == one, LedgerExclusion.other_id == other),
        and_(LedgerExclusion.user_id == other, LedgerExclusion.other_id == one),
    )
    return exists().where(pair, LedgerExclusion.lifted_at.is_(None))


def was_taken() -> ColumnElement[bool]:
    """Return the condition for suggestions that were accepted and not undone since.

    What moderators had to see first earns nothing: it may be an edit of who need not suggest it.
    """
    return and_(
        SuggestedEdit.state == "accepted",
        SuggestedEdit.is_held.is_(False),
        SuggestedEdit.reverted_at.is_(None),
    )


def get_closings() -> dict[str, datetime]:
    """Return before when the books are closed, by currency."""
    query = select(LedgerClosing.currency, func.max(LedgerClosing.before)).group_by(
        LedgerClosing.currency
    )
    rows = db.session.execute(query).all()
    return {row[0]: row[1] for row in rows}


def list_posts_of(question_id: int) -> list[int]:
    """Return the ids of a question and its answers."""
    query = select(Post.id).where(
        Post.root_id == question_id, Post.kind.in_(("question", "answer"))
    )
    return list(db.session.scalars(query))


def get_confirmed_at(user_id: int) -> datetime | None:
    """Return when an account was confirmed; None while it is not."""
    return db.session.scalar(select(User.confirmed_at).where(User.id == user_id))


def list_erased(user_ids: Iterable[int]) -> set[int]:
    """Return who of these was erased; their accounts stay as they are."""
    query = select(User.id).where(User.id.in_(list(user_ids)), User.erased_at.is_not(None))
    return set(db.session.scalars(query))


def _among(column: Any, ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(ids)


def count_bookings(gain: Gain) -> int:
    """Return how often the same cause has been booked before, reversed or not."""
    query = select(func.count(LedgerEntry.id)).where(
        LedgerEntry.user_id == gain.user_id,
        LedgerEntry.currency == gain.currency,
        LedgerEntry.cause == gain.cause,
        LedgerEntry.post_id.is_not_distinct_from(gain.post_id),
        LedgerEntry.giver_id.is_not_distinct_from(gain.giver_id),
        is_original(),
    )
    return db.session.scalar(query) or 0


def has_reversals(user_id: int) -> bool:
    """Say whether anything was ever taken back from an account."""
    query = select(LedgerEntry.id).where(
        LedgerEntry.user_id == user_id, LedgerEntry.reverses_id.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def get_balances(user_id: int) -> dict[str, int]:
    """Return what a member's entries add up to, by currency, from the entries themselves."""
    sums = (
        select(LedgerEntry.currency, func.sum(LedgerEntry.amount))
        .where(LedgerEntry.user_id == user_id)
        .group_by(LedgerEntry.currency)
    )
    return {currency: int(total) for currency, total in db.session.execute(sums)}


def is_behind(before: datetime) -> bool:
    """Say whether anything that happened before an instant still waits to be booked, or failed."""
    waiting = select(Job.id).where(Job.task.like("reputation.ledger.%"), Job.created_at < before)
    return db.session.scalar(waiting.limit(1)) is not None


def sums_between(
    user_ids: Collection[int] | None,
    currency: str,
    begin: datetime,
    end: datetime,
    causes: Collection[str] = EARNED,
) -> dict[int, int]:
    """Return what entries that occurred from ``begin`` until before ``end`` add up to, by member.

    Reversals count where what they reverse counts. None asks for everybody.
    """
    sums = (
        select(LedgerEntry.user_id, func.sum(LedgerEntry.amount))
        .where(
            LedgerEntry.currency == currency,
            LedgerEntry.occurred_at >= begin,
            LedgerEntry.occurred_at < end,
            LedgerEntry.cause.in_(causes),
            _among(LedgerEntry.user_id, user_ids),
        )
        .group_by(LedgerEntry.user_id)
    )
    return {user_id: int(total) for user_id, total in db.session.execute(sums)}


def given_of_budgets(currency: str, versions: Collection[int]) -> dict[int, int]:
    """Return how many points promotions of these rules have given away, by version."""
    query = select(PromotionBudget.rule_version, PromotionBudget.given).where(
        PromotionBudget.currency == currency, PromotionBudget.rule_version.in_(versions)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def get_pending(user_id: int, currency: str, at: datetime) -> int:
    """Return how many of a member's points are not certain yet at an instant."""
    query = select(func.sum(LedgerEntry.amount)).where(
        LedgerEntry.user_id == user_id,
        LedgerEntry.currency == currency,
        LedgerEntry.matures_at > at,
    )
    return int(db.session.scalar(query) or 0)


def list_accounts_after(user_id: int, limit: int) -> Sequence[int]:
    """Return the next members with anything to settle or to add up, by id."""
    thanked = exists().where(
        Post.author_id == User.id, Vote.post_id == Post.id, Vote.imported.is_(False)
    )
    accepted = exists().where(
        Post.author_id == User.id, Acceptance.answer_id == Post.id, Acceptance.imported.is_(False)
    )
    earning = or_(
        User.confirmed_at.is_not(None),
        User.points != 0,
        exists().where(LedgerAccount.user_id == User.id),
        exists().where(Acceptance.accepted_by_id == User.id, Acceptance.imported.is_(False)),
        thanked,
        accepted,
        exists().where(SuggestedEdit.author_id == User.id, was_taken()),
    )
    query = select(User.id).where(User.id > user_id, earning).order_by(User.id).limit(limit)
    return db.session.scalars(query).all()
