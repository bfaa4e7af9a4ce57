"""Reads for the ledger: the facts that earn points, and what stands booked for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from community.core.db import AnySelect, db
from community.core.jobs import Job
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit, Vote
from community.posts.visibility import COUNTED, PUBLISHED
from community.questions.models import Acceptance
from community.questions.standing import asker_of
from reputation.ledger.gains import AcceptedAnswer, Gain, TakenEdit, Thanks
from reputation.ledger.models import (
    LedgerAccount,
    LedgerClosing,
    LedgerEntry,
    LedgerExclusion,
    PromotionBudget,
)
from reputation.ledger.rules import BONUSES, BOOKED, EARNED, FACTS, KUDOS

# Made once: SQLAlchemy works out an alias's columns anew for each one that is made, and the ledger
# reads at every event.
_reversal = aliased(LedgerEntry)
_root, _answer, _question = aliased(Post), aliased(Post), aliased(Post)


class Booked(NamedTuple):
    """A standing entry: its id, from when on it counts, and the gain it books."""

    entry_id: int
    matures_at: datetime | None
    gain: Gain


def is_standing() -> ColumnElement[bool]:
    """Return the condition for entries that are no reversal and have none."""
    reversed_ = exists().where(_reversal.reverses_id == LedgerEntry.id)
    return and_(LedgerEntry.reverses_id.is_(None), ~reversed_)


def are_excluded(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition for two members who earn nothing by each other."""
    pair = or_(
        and_(LedgerExclusion.user_id == one, LedgerExclusion.other_id == other),
        and_(LedgerExclusion.user_id == other, LedgerExclusion.other_id == one),
    )
    return exists().where(pair, LedgerExclusion.lifted_at.is_(None))


def get_closings() -> dict[str, datetime]:
    """Return before when the books are closed, by currency."""
    query = select(LedgerClosing.currency, func.max(LedgerClosing.before)).group_by(
        LedgerClosing.currency
    )
    rows = db.session.execute(query).all()
    return {row[0]: row[1] for row in rows}


def list_people_of(post_ids: Collection[int]) -> set[int]:
    """Return whose accounts these posts concern: authors, askers of what was answered, who changed
    them, and whoever was booked something for them, which after a merge is somebody else."""
    queries: tuple[AnySelect, ...] = (
        select(Post.author_id, _root.author_id)
        .join(_root, _root.id == Post.root_id)
        .where(Post.id.in_(post_ids)),
        select(Acceptance.asker_id).where(Acceptance.answer_id.in_(post_ids)),
        select(LedgerEntry.user_id).where(LedgerEntry.post_id.in_(post_ids)),
        select(SuggestedEdit.author_id).where(SuggestedEdit.post_id.in_(post_ids), was_taken()),
    )
    rows = [row for query in queries for row in db.session.execute(query)]
    return {user_id for row in rows for user_id in row if user_id is not None}


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


def list_accepted(user_id: int, post_ids: Collection[int] | None) -> list[AcceptedAnswer]:
    """Return published accepted answers a member gave or was given, as far as they earn here."""
    query = (
        select(
            _answer.id,
            _answer.author_id,
            asker_of(_question),
            Acceptance.accepted_by_id,
            Acceptance.accepted_at,
            Acceptance.spotlit,
            _question.board_id,
        )
        .join(_answer, _answer.id == Acceptance.answer_id)
        .join(_question, _question.id == Acceptance.question_id)
        .where(
            Acceptance.imported.is_(False),
            _answer.visibility == PUBLISHED,
            _question.visibility == PUBLISHED,
            _among(_answer.id, post_ids),
            or_(_answer.author_id == user_id, asker_of(_question) == user_id),
            ~are_excluded(_answer.author_id, asker_of(_question)),
            ~are_excluded(_answer.author_id, Acceptance.accepted_by_id),
        )
    )
    return [AcceptedAnswer(*row) for row in db.session.execute(query)]


def _among(column: Any, ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(ids)


def was_taken() -> ColumnElement[bool]:
    """Return the condition for suggestions that were accepted and not undone since.

    What moderators had to see first earns nothing: it may be an edit of who need not suggest it.
    """
    return and_(
        SuggestedEdit.state == "accepted",
        SuggestedEdit.is_held.is_(False),
        SuggestedEdit.reverted_at.is_(None),
    )


def list_taken_edits(user_id: int, post_ids: Collection[int] | None) -> list[TakenEdit]:
    """Return changes a member suggested of others' public posts, as far as they earn."""
    query = (
        select(Post.id, SuggestedEdit.decided_by_id, SuggestedEdit.decided_at)
        .join(Post, Post.id == SuggestedEdit.post_id)
        .join(_root, _root.id == Post.root_id)
        .where(
            SuggestedEdit.author_id == user_id,
            was_taken(),
            _among(Post.id, post_ids),
            Post.visibility.in_(COUNTED),
            _root.visibility == PUBLISHED,
            Post.author_id != user_id,
            SuggestedEdit.decided_by_id != user_id,
            ~are_excluded(SuggestedEdit.author_id, Post.author_id),
            ~are_excluded(SuggestedEdit.author_id, SuggestedEdit.decided_by_id),
        )
    )
    rows: Any = db.session.execute(query)
    return [TakenEdit(*row) for row in rows]


def list_thanks(user_id: int, post_ids: Collection[int] | None) -> list[Thanks]:
    """Return the kudos on a member's published posts (all of them with None), with their places.

    Kudos of the erased are rows no more; where they were booked they stay and keep their place.
    """
    found: set[tuple[int, str, datetime, int]] = set()
    for query in (_votes(user_id, post_ids), _kudos_of_the_erased(user_id, post_ids)):
        found.update((i, kind, at, giver) for i, kind, at, giver in db.session.execute(query))
    thanks, places = [], defaultdict[int, int](int)
    for post_id, kind, at, giver_id in sorted(found, key=lambda row: (row[2], row[3])):
        places[post_id] += 1
        thanks.append(Thanks(post_id, kind, giver_id, at, places[post_id]))
    return thanks


def _votes(user_id: int, post_ids: Collection[int] | None) -> AnySelect:
    query = (
        select(Post.id, Post.kind, Vote.created_at, Vote.user_id)
        .join(Vote, Vote.post_id == Post.id)
        .where(
            _among(Post.id, post_ids),
            Vote.value == 1,
            Vote.imported.is_(False),
            Vote.user_id != user_id,
            ~are_excluded(Post.author_id, Vote.user_id),
        )
    )
    return _published_by(user_id, query)


def _kudos_of_the_erased(user_id: int, post_ids: Collection[int] | None) -> AnySelect:
    query = (
        select(Post.id, Post.kind, LedgerEntry.occurred_at, LedgerEntry.giver_id)
        .join(LedgerEntry, LedgerEntry.post_id == Post.id)
        .join(User, User.id == LedgerEntry.giver_id)
        .where(
            _among(Post.id, post_ids),
            LedgerEntry.user_id == user_id,
            LedgerEntry.cause.in_(KUDOS),
            User.erased_at.is_not(None),
            is_standing(),
            ~are_excluded(Post.author_id, LedgerEntry.giver_id),
        )
    )
    return _published_by(user_id, query)


def _published_by(user_id: int, query: Any) -> AnySelect:
    published: AnySelect = query.join(_root, _root.id == Post.root_id).where(
        Post.author_id == user_id,
        Post.visibility.in_(COUNTED),
        _root.visibility == PUBLISHED,
        ~are_excluded(Post.author_id, _root.author_id),
    )
    return published


def list_posts_thanked_on(user_id: int, days: Collection[date]) -> set[int]:
    """Return which of a member's posts were thanked for on these days (UTC), or booked for."""
    posts: set[int] = set()
    for day in days:
        begin = datetime.combine(day, time(), UTC)
        votes = (
            select(Vote.post_id)
            .join(Post, Post.id == Vote.post_id)
            .where(
                Post.author_id == user_id,
                Vote.created_at >= begin,
                Vote.created_at < begin + timedelta(days=1),
            )
        )
        posts.update(db.session.scalars(votes))
    posts.update(one.gain.post_id or 0 for one in list_booked_on(user_id, days))
    return posts


def list_booked_on(user_id: int, days: Collection[date]) -> list[Booked]:
    """Return what stands booked for kudos of these days."""
    return _booked(
        LedgerEntry.user_id == user_id,
        LedgerEntry.earned_on.in_(days),
        LedgerEntry.cause.in_(KUDOS),
    )


def list_booked_for(
    user_id: int, post_ids: Collection[int] | None, causes: Collection[str] = BOOKED
) -> list[Booked]:
    """Return what stands booked for these posts (for everything with None)."""
    return _booked(
        LedgerEntry.user_id == user_id,
        LedgerEntry.cause.in_(causes),
        _among(LedgerEntry.post_id, post_ids),
    )


def list_booked_facts(user_id: int, post_ids: Collection[int] | None) -> list[Booked]:
    """Return what stands booked for acceptances of these posts and for the confirmed account."""
    posts = true() if post_ids is None else LedgerEntry.post_id.in_(post_ids)
    return _booked(
        LedgerEntry.user_id == user_id,
        LedgerEntry.cause.in_((*FACTS, *BONUSES.values())),
        or_(LedgerEntry.post_id.is_(None), posts),
    )


def _booked(*conditions: ColumnElement[bool]) -> list[Booked]:
    query = select(
        LedgerEntry.id,
        LedgerEntry.matures_at,
        LedgerEntry.currency,
        LedgerEntry.cause,
        LedgerEntry.user_id,
        LedgerEntry.post_id,
        LedgerEntry.giver_id,
        LedgerEntry.occurred_at,
        LedgerEntry.rule_version,
        LedgerEntry.amount,
    ).where(is_standing(), *conditions)
    return [Booked(row[0], row[1], Gain(*tuple(row)[2:])) for row in db.session.execute(query)]


def count_bookings(gain: Gain) -> int:
    """Return how often the same cause has been booked before, reversed or not."""
    query = select(func.count(LedgerEntry.id)).where(
        LedgerEntry.user_id == gain.user_id,
        LedgerEntry.currency == gain.currency,
        LedgerEntry.cause == gain.cause,
        LedgerEntry.post_id.is_not_distinct_from(gain.post_id),
        LedgerEntry.giver_id.is_not_distinct_from(gain.giver_id),
        LedgerEntry.reverses_id.is_(None),
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
