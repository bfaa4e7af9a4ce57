"""Reads for trust levels: what members did, and whose level there is anything to say about."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from community.core.db import AnySelect, db, lock_row
from community.identity.models import RoleGrant, User
from community.posts.models import Post, Vote
from community.posts.visibility import PUBLISHED
from community.questions.models import Acceptance
from community.questions.standing import asker_of
from reputation.trust.flags import upheld_flags
from reputation.trust.models import VisitDay
from reputation.trust.rules import BASIC, REGULAR, WINDOW, Measures, Standing

Numbers = dict[int, dict[str, int]]


def measures_of(user_ids: Collection[int], now: datetime) -> dict[int, Measures]:
    """Return what members did, in six statements however many they are."""
    since = now - WINDOW
    found: Numbers = {user_id: {} for user_id in user_ids}
    for statement in (
        _visits(user_ids, since),
        _likes_given(user_ids, since),
        _likes_received(user_ids, since),
        _answered(user_ids, since),
        _accepted(user_ids, since),
    ):
        for row in db.session.execute(statement).mappings():
            values = {name: int(value) for name, value in row.items() if name != "user_id"}
            found[row["user_id"]].update(values)
    flags: Mapping[int, int] = upheld_flags(user_ids, since)
    return {
        user_id: Measures(**values, upheld_flags=flags.get(user_id, 0))
        for user_id, values in found.items()
    }


def _visits(user_ids: Collection[int], since: datetime) -> AnySelect:
    return (
        select(
            VisitDay.user_id,
            func.sum(VisitDay.topics_entered).label("topics_entered"),
            func.sum(VisitDay.posts_read).label("posts_read"),
            (func.sum(VisitDay.seconds) // 60).label("minutes"),
            func.count().label("days_visited"),
        )
        .where(VisitDay.user_id.in_(user_ids), VisitDay.day > since.date())
        .group_by(VisitDay.user_id)
    )


def _recent(column: Any, at: Any, since: datetime) -> ColumnElement[int]:
    """Return how many different values there are among the rows since then."""
    return func.count(func.distinct(case((at >= since, column))))


def _likes_given(user_ids: Collection[int], since: datetime) -> AnySelect:
    return (
        select(
            Vote.user_id,
            func.count(func.distinct(Vote.id)).label("likes_given"),
            _recent(Vote.id, Vote.created_at, since).label("recent_likes_given"),
        )
        .where(Vote.user_id.in_(user_ids), Vote.value == 1)
        .group_by(Vote.user_id)
    )


def _likes_received(user_ids: Collection[int], since: datetime) -> AnySelect:
    return (
        select(
            Post.author_id.label("user_id"),
            func.count(func.distinct(Vote.id)).label("likes_received"),
            _recent(Vote.id, Vote.created_at, since).label("recent_likes_received"),
        )
        .join(Vote, Vote.post_id == Post.id)
        .where(
            Post.author_id.in_(user_ids),
            Post.visibility == PUBLISHED,
            Vote.value == 1,
            Vote.user_id != Post.author_id,
        )
        .group_by(Post.author_id)
    )


def _answered(user_ids: Collection[int], since: datetime) -> AnySelect:
    root = aliased(Post)
    return (
        select(
            Post.author_id.label("user_id"),
            func.count(func.distinct(Post.root_id)).label("questions_answered"),
            _recent(Post.root_id, Post.created_at, since).label("recent_questions_answered"),
        )
        .join(root, root.id == Post.root_id)
        .where(
            Post.author_id.in_(user_ids),
            Post.kind == "answer",
            Post.visibility == PUBLISHED,
            root.author_id != Post.author_id,
        )
        .group_by(Post.author_id)
    )


def _accepted(user_ids: Collection[int], since: datetime) -> AnySelect:
    root = aliased(Post)
    return (
        select(
            Post.author_id.label("user_id"),
            func.count(func.distinct(Acceptance.id)).label("accepted"),
            _recent(Acceptance.id, Acceptance.accepted_at, since).label("recent_accepted"),
        )
        .join(Acceptance, Acceptance.answer_id == Post.id)
        .join(root, root.id == Acceptance.question_id)
        .where(
            Post.author_id.in_(user_ids),
            Post.visibility == PUBLISHED,
            root.visibility == PUBLISHED,
            asker_of(root) != Post.author_id,
            Acceptance.accepted_by_id != Post.author_id,
        )
        .group_by(Post.author_id)
    )


def lock_standings(user_ids: Collection[int]) -> dict[int, Standing]:
    """Return where members stand, their rows locked by id; who was erased is left out."""
    query = (
        select(User.id, User.trust_level, User.trust_fixed, User.trust_grace_until)
        .where(User.id.in_(user_ids), User.erased_at.is_(None))
        .order_by(User.id)
    )
    rows = db.session.execute(lock_row(query))
    return {user_id: Standing(level, fixed, grace) for user_id, level, fixed, grace in rows}


def list_superusers(user_ids: Collection[int]) -> set[int]:
    """Return who of these holds the role of a superuser."""
    query = select(RoleGrant.user_id).where(
        RoleGrant.user_id.in_(user_ids), RoleGrant.name == "superuser", RoleGrant.board_id.is_(None)
    )
    return set(db.session.scalars(query))


def list_members_after(user_id: int, limit: int) -> Sequence[int]:
    """Return the next members, by id, whose level may be another than it was."""
    accepted = and_(User.trust_level < BASIC, User.solved_count > 0)
    superuser = exists().where(RoleGrant.user_id == User.id, RoleGrant.name == "superuser")
    visited = exists().where(VisitDay.user_id == User.id)
    query = (
        select(User.id)
        .where(
            User.id > user_id,
            User.erased_at.is_(None),
            or_(User.trust_level >= REGULAR, accepted, superuser, visited),
        )
        .order_by(User.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def list_present(user_ids: Collection[int]) -> set[int]:
    """Return who of these has an account that was not erased."""
    query = select(User.id).where(User.id.in_(user_ids), User.erased_at.is_(None))
    return set(db.session.scalars(query))
