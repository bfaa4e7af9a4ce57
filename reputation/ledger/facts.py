"""Reads of the facts that earn points, and of what stands booked for them.

The ledger reads these at every event. Each statement is made once and given its values when it is
executed: SQLAlchemy takes longer to make one than the database to answer it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select, true
from sqlalchemy.orm import aliased

from community.core.db import AnySelect, db
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit, Vote
from community.posts.visibility import COUNTED, PUBLISHED
from community.questions.models import Acceptance
from community.questions.standing import asker_of
from reputation.ledger.gains import AcceptedAnswer, Gain, TakenEdit, Thanks
from reputation.ledger.models import LedgerEntry
from reputation.ledger.queries import are_excluded, is_leaving, is_standing, stood_at, was_taken
from reputation.ledger.rules import BONUSES, BOOKED, FACTS, KUDOS

_root, _answer, _question = aliased(Post), aliased(Post), aliased(Post)

_MEMBER: BindParameter[int] = bindparam("member")
_POSTS: BindParameter[int] = bindparam("posts", expanding=True)
_DAYS: BindParameter[date] = bindparam("days", expanding=True)
_CAUSES: BindParameter[str] = bindparam("causes", expanding=True)
_BEGIN: BindParameter[datetime] = bindparam("begin")
_END: BindParameter[datetime] = bindparam("end")

Posts = Collection[int] | None


class Booked(NamedTuple):
    """A standing entry: its id, from when on it counts, and the gain it books."""

    entry_id: int
    matures_at: datetime | None
    gain: Gain


def list_people_of(post_ids: Collection[int]) -> set[int]:
    """Return whose accounts these posts concern: authors, askers of what was answered, who changed
    them, and whoever was booked something for them, which after a merge is somebody else."""
    values = {"posts": list(post_ids)}
    rows = [row for query in _people() for row in db.session.execute(query, values)]
    return {user_id for row in rows for user_id in row if user_id is not None}


@cache
def _people() -> tuple[AnySelect, ...]:
    return (
        select(Post.author_id, _root.author_id)
        .join(_root, _root.id == Post.root_id)
        .where(Post.id.in_(_POSTS)),
        select(Acceptance.asker_id).where(Acceptance.answer_id.in_(_POSTS)),
        select(LedgerEntry.user_id).where(LedgerEntry.post_id.in_(_POSTS)),
        select(SuggestedEdit.author_id).where(SuggestedEdit.post_id.in_(_POSTS), was_taken()),
    )


def list_accepted(user_id: int, post_ids: Posts) -> list[AcceptedAnswer]:
    """Return published accepted answers a member gave or was given, as far as they earn here."""
    return [AcceptedAnswer(*row) for row in _read(_accepted, user_id, post_ids)]


@cache
def _accepted(of_all: bool) -> AnySelect:
    return (
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
            _among(_answer.id, of_all),
            or_(_answer.author_id == _MEMBER, asker_of(_question) == _MEMBER),
            ~are_excluded(_answer.author_id, asker_of(_question)),
            ~are_excluded(_answer.author_id, Acceptance.accepted_by_id),
        )
    )


def list_taken_edits(user_id: int, post_ids: Posts) -> list[TakenEdit]:
    """Return changes a member suggested of others' public posts, as far as they earn."""
    return [TakenEdit(*row) for row in _read(_taken_edits, user_id, post_ids)]


@cache
def _taken_edits(of_all: bool) -> AnySelect:
    return (
        select(Post.id, SuggestedEdit.decided_by_id, SuggestedEdit.decided_at)
        .join(Post, Post.id == SuggestedEdit.post_id)
        .join(_root, _root.id == Post.root_id)
        .where(
            SuggestedEdit.author_id == _MEMBER,
            was_taken(),
            _among(Post.id, of_all),
            Post.visibility.in_(COUNTED),
            _root.visibility == PUBLISHED,
            Post.author_id != _MEMBER,
            SuggestedEdit.decided_by_id != _MEMBER,
            ~are_excluded(SuggestedEdit.author_id, Post.author_id),
            ~are_excluded(SuggestedEdit.author_id, SuggestedEdit.decided_by_id),
        )
    )


def list_thanks(user_id: int, post_ids: Posts) -> list[Thanks]:
    """Return the kudos on a member's published posts (all of them with None), with their places.

    Kudos of the erased are rows no more; where they were booked they stay and keep their place.
    What was reversed later was not taken back by them: when a hidden post returns, so do they.
    """
    found: set[tuple[int, str, datetime, int]] = set()
    for make in (_votes, _kudos_of_the_erased):
        found.update((i, kind, at, giver) for i, kind, at, giver in _read(make, user_id, post_ids))
    thanks, places = [], defaultdict[int, int](int)
    for post_id, kind, at, giver_id in sorted(found, key=lambda row: (row[2], row[3])):
        places[post_id] += 1
        thanks.append(Thanks(post_id, kind, giver_id, at, places[post_id]))
    return thanks


@cache
def _votes(of_all: bool) -> AnySelect:
    query = (
        select(Post.id, Post.kind, Vote.created_at, Vote.user_id)
        .join(Vote, Vote.post_id == Post.id)
        .where(
            _among(Post.id, of_all),
            Vote.value == 1,
            Vote.imported.is_(False),
            Vote.user_id != _MEMBER,
            ~are_excluded(Post.author_id, Vote.user_id),
        )
    )
    return _published_by_member(query)


@cache
def _kudos_of_the_erased(of_all: bool) -> AnySelect:
    query = (
        select(Post.id, Post.kind, LedgerEntry.occurred_at, LedgerEntry.giver_id)
        .join(LedgerEntry, LedgerEntry.post_id == Post.id)
        .join(User, User.id == LedgerEntry.giver_id)
        .where(
            _among(Post.id, of_all),
            LedgerEntry.user_id == _MEMBER,
            LedgerEntry.cause.in_(KUDOS),
            is_leaving(),
            stood_at(User.erased_at),
            ~are_excluded(Post.author_id, LedgerEntry.giver_id),
        )
    )
    return _published_by_member(query)


def _published_by_member(query: Any) -> AnySelect:
    published: AnySelect = query.join(_root, _root.id == Post.root_id).where(
        Post.author_id == _MEMBER,
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
        values = {"member": user_id, "begin": begin, "end": begin + timedelta(days=1)}
        posts.update(db.session.scalars(_thanked_between(), values))
    posts.update(one.gain.post_id or 0 for one in list_booked_on(user_id, days))
    return posts


@cache
def _thanked_between() -> AnySelect:
    return (
        select(Vote.post_id)
        .join(Post, Post.id == Vote.post_id)
        .where(Post.author_id == _MEMBER, Vote.created_at >= _BEGIN, Vote.created_at < _END)
    )


def list_booked_on(user_id: int, days: Collection[date]) -> list[Booked]:
    """Return what stands booked for kudos of these days."""
    values = {"member": user_id, "days": list(days), "causes": list(KUDOS)}
    return [_booked(row) for row in db.session.execute(_booked_on(), values)]


@cache
def _booked_on() -> AnySelect:
    return _standing().where(LedgerEntry.earned_on.in_(_DAYS), LedgerEntry.cause.in_(_CAUSES))


def list_booked_for(
    user_id: int, post_ids: Posts, causes: Collection[str] = BOOKED
) -> list[Booked]:
    """Return what stands booked for these posts (for everything with None)."""
    rows = _read(_booked_for, user_id, post_ids, causes=list(causes))
    return [_booked(row) for row in rows]


@cache
def _booked_for(of_all: bool) -> AnySelect:
    return _standing().where(LedgerEntry.cause.in_(_CAUSES), _among(LedgerEntry.post_id, of_all))


def list_booked_facts(user_id: int, post_ids: Posts) -> list[Booked]:
    """Return what stands booked for acceptances of these posts and for the confirmed account."""
    causes = [*FACTS, *BONUSES.values()]
    return [_booked(row) for row in _read(_booked_facts, user_id, post_ids, causes=causes)]


@cache
def _booked_facts(of_all: bool) -> AnySelect:
    query = _standing().where(
        LedgerEntry.cause.in_(_CAUSES),
        or_(LedgerEntry.post_id.is_(None), _among(LedgerEntry.post_id, of_all)),
    )
    if of_all:
        return query
    # Without it SQLite reads all that the member ever earned.
    return query.with_hint(LedgerEntry, "INDEXED BY ix_ledger_entries_post_id", "sqlite")


def _standing() -> AnySelect:
    return select(
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
    ).where(LedgerEntry.user_id == _MEMBER, is_standing())


def _booked(row: Any) -> Booked:
    return Booked(row[0], row[1], Gain(*tuple(row)[2:]))


def _among(column: Any, of_all: bool) -> ColumnElement[bool]:
    return true() if of_all else column.in_(_POSTS)


def _read(
    make: Callable[[bool], AnySelect], user_id: int, post_ids: Posts, **values: object
) -> Iterator[Any]:
    values["member"] = user_id
    if post_ids is not None:
        values["posts"] = list(post_ids)
    return iter(db.session.execute(make(post_ids is None), values))
