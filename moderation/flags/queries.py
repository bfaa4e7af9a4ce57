"""Reads of flags."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post
from moderation.flags.models import AGREED, Flag, FlagHiding

LISTED = 50


class Round(NamedTuple):
    """The open flags of one target: which round they are, how many, and what they weigh."""

    number: int
    flags: int
    weight: float


class Accuracy(NamedTuple):
    """How many of a member's flags were decided, and how many of these were right."""

    agreed: int
    decided: int


class ReasonRow(NamedTuple):
    """How often a post was reported for a reason in what nobody has decided yet, and when last."""

    reason: str
    flags: int
    newest_at: datetime


@dataclass(frozen=True)
class FlagRow:
    """A flag as moderators see it, with who gave it and how often they were right before."""

    flag: Flag
    flagger: Person
    accuracy: Accuracy


def is_open(target: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition for flags on a target that wait for a decision."""
    return and_(target, Flag.outcome.is_(None))


def open_round(target: ColumnElement[bool]) -> Round:
    """Return the round that waits for a decision, or the next one, still without flags."""
    row = db.session.execute(
        select(func.max(Flag.round), func.count(), func.sum(Flag.weight)).where(is_open(target))
    ).one()
    if row[0] is not None:
        return Round(row[0], row[1], float(row[2]))
    newest = db.session.scalar(select(func.max(Flag.round)).where(target)) or 0
    return Round(newest + 1, 0, 0.0)


def weight_since(post_id: int, number: int, instant: datetime) -> float:
    """Return what the flags of a round weigh that were given after an instant."""
    since = (Flag.post_id == post_id, Flag.round == number, Flag.created_at > instant)
    return float(db.session.scalar(select(func.sum(Flag.weight)).where(*since)) or 0.0)


def reasons_of(target: ColumnElement[bool], number: int) -> list[str]:
    """Return for which reasons a target was flagged in a round, the weightiest first."""
    rows = db.session.execute(
        select(Flag.reason, func.sum(Flag.weight))
        .where(target, Flag.round == number)
        .group_by(Flag.reason)
    ).all()
    return [reason for reason, _weight in sorted(rows, key=lambda row: (-row[1], row[0]))]


def accuracy_of(user_id: int) -> Accuracy:
    """Return how often a member's flags were right."""
    return accuracies_of([user_id]).get(user_id, Accuracy(0, 0))


def accuracies_of(user_ids: Collection[int]) -> dict[int, Accuracy]:
    """Return how often members' flags were right; who has none decided is left out."""
    agreed = func.sum(_as_number(Flag.outcome == AGREED))
    rows = db.session.execute(
        select(Flag.flagger_id, agreed, func.count())
        .where(Flag.flagger_id.in_(user_ids), Flag.outcome.is_not(None))
        .group_by(Flag.flagger_id)
    )
    return {user_id: Accuracy(int(right), decided) for user_id, right, decided in rows}


def _as_number(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return case((condition, 1), else_=0)


def newest_flag_by(flagger_id: int, target: ColumnElement[bool]) -> Flag | None:
    """Return what a member last reported about a target."""
    query = select(Flag).where(Flag.flagger_id == flagger_id, target)
    return db.session.scalar(query.order_by(Flag.id.desc()).limit(1))


def newest_hiding(post_id: int) -> FlagHiding | None:
    """Return how a post was last hidden by flags."""
    query = select(FlagHiding).where(FlagHiding.post_id == post_id)
    newest = query.order_by(FlagHiding.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def list_flags(target: ColumnElement[bool], number: int) -> list[FlagRow]:
    """Return the flags of a round, the weightiest first, at most 50."""
    rows: Any = db.session.execute(
        select(Flag, *person_columns())
        .join(User, User.id == Flag.flagger_id)
        .where(target, Flag.round == number)
        .order_by(Flag.weight.desc(), Flag.id)
        .limit(LISTED)
    ).all()
    known = accuracies_of([row[0].flagger_id for row in rows])
    return [
        FlagRow(
            row[0], Person(*row[1 : 1 + PERSON_WIDTH]), known.get(row[0].flagger_id, Accuracy(0, 0))
        )
        for row in rows
    ]


def list_open_reasons(post_id: int) -> list[ReasonRow]:
    """Return for what a post was reported and what waits for a decision, the most frequent first.

    Who reported it and what they wrote is for those who decide.
    """
    number = func.count()
    rows = db.session.execute(
        select(Flag.reason, number, func.max(Flag.created_at))
        .where(is_open(Flag.post_id == post_id))
        .group_by(Flag.reason)
        .order_by(number.desc(), Flag.reason)
    )
    return [ReasonRow(*row) for row in rows]


def list_own_flags(viewer: Viewer) -> Sequence[Flag]:
    """Return what the viewer reported, the newest first, at most 50."""
    query = select(Flag).where(Flag.flagger_id == viewer.viewer_id)
    return db.session.scalars(query.order_by(Flag.id.desc()).limit(LISTED)).all()


def flags_against(user_id: int) -> tuple[float, int]:
    """Return the weight of the flags on a member's posts and on themselves, and by how many.

    Those that moderators found wrong do not count.
    """
    theirs = select(Post.id).where(Post.author_id == user_id)
    weight, flaggers = db.session.execute(
        select(func.sum(Flag.weight), func.count(distinct(Flag.flagger_id))).where(
            or_(Flag.post_id.in_(theirs), Flag.member_id == user_id),
            or_(Flag.outcome.is_(None), Flag.outcome == AGREED),
        )
    ).one()
    return float(weight or 0.0), flaggers


def count_upheld_flags(user_ids: Collection[int], since: datetime) -> Mapping[int, int]:
    """Return on how many of their posts flags were upheld since an instant, by member."""
    rows = db.session.execute(
        select(Post.author_id, func.count(distinct(Flag.post_id)))
        .join(Flag, Flag.post_id == Post.id)
        .where(Post.author_id.in_(user_ids), Flag.outcome == AGREED, Flag.decided_at >= since)
        .group_by(Post.author_id)
    )
    return {row[0]: row[1] for row in rows}


def list_flagging_times(user_id: int, period: timedelta, limit: int) -> Sequence[datetime]:
    """Return when a member gave flags within a period, the newest first, at most ``limit``."""
    recent = Flag.created_at > clock.now() - period
    query = select(Flag.created_at).where(Flag.flagger_id == user_id, recent)
    return db.session.scalars(query.order_by(Flag.created_at.desc()).limit(limit)).all()


def find_own_hidden_post(viewer: Viewer, post_id: int) -> Post | None:
    """Return a post of the viewer's that flags hide, if there is one with this id."""
    hidden = (Post.id == post_id, Post.author_id == viewer.viewer_id, Post.visibility == "hidden")
    by_flags = select(FlagHiding.id).where(FlagHiding.post_id == Post.id).exists()
    return db.session.scalar(select(Post).where(*hidden, by_flags))
