"""A kind word to newcomers, a day after their first answer. Source: product rule E5.

A row of ``welcomes`` is planned with the answer and settled by a sweep. Row and event change in one
transaction, so whoever dies and however many sweep, a member is thanked at most once.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased

from community.core import clock
from community.core.authz import STAFF_ROLES, SYSTEM
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import emit, enqueue
from community.events.newcomers import NewcomerAnswered
from community.identity.models import RoleGrant, User
from community.notifications.models import Welcome
from community.posts.models import Post
from community.posts.visibility import COUNTED, post_is_visible

WELCOME_AFTER = timedelta(hours=24)
# Settled in one transaction; more follow in the next.
BATCH = 200


def plan_welcome(user_id: int, answer_id: int) -> None:
    """Have a member thanked tomorrow if this is their first answer."""
    earlier = aliased(Post)
    before = exists().where(
        earlier.author_id == user_id,
        earlier.kind == "answer",
        earlier.id < answer_id,
        earlier.visibility.in_(COUNTED),
    )
    answered_at = db.session.scalar(select(Post.created_at).where(Post.id == answer_id, ~before))
    if answered_at is not None:
        values = {"user_id": user_id, "due_at": answered_at + WELCOME_AFTER}
        db.session.execute(insert_ignoring_conflicts(Welcome).values(values))


def sweep_welcomes() -> None:
    """Have everybody thanked who is due (periodic task); two at once take different members."""
    due = (
        select(Welcome.user_id)
        .where(Welcome.settled_at.is_(None), Welcome.due_at <= clock.now())
        .order_by(Welcome.due_at, Welcome.user_id)
        .limit(BATCH)
    )
    if db.engine.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    ids = db.session.scalars(due).all()
    for user_id in ids:
        _settle(user_id)
    if len(ids) == BATCH:
        enqueue(sweep_welcomes, unique_key="sweep of welcomes")


def _settle(user_id: int) -> None:
    answered_at = _first_answered_at(user_id)
    row = Welcome.user_id == user_id
    if answered_at is None:
        db.session.execute(delete(Welcome).where(row))
    elif answered_at + WELCOME_AFTER > clock.now():
        # The first one was removed; what stands is younger.
        db.session.execute(update(Welcome).where(row).values(due_at=answered_at + WELCOME_AFTER))
    else:
        unsettled = update(Welcome).where(row, Welcome.settled_at.is_(None))
        if count_changed(unsettled.values(settled_at=clock.now())) and _is_to_be_thanked(user_id):
            emit(NewcomerAnswered(user_id))


def _first_answered_at(user_id: int) -> datetime | None:
    return db.session.scalar(
        select(func.min(Post.created_at)).where(
            Post.author_id == user_id, Post.kind == "answer", post_is_visible(SYSTEM)
        )
    )


def _is_to_be_thanked(user_id: int) -> bool:
    """Say whether this is a member in good standing; the team needs no welcome."""
    staff = exists().where(RoleGrant.user_id == User.id, RoleGrant.name.in_(STAFF_ROLES))
    wanted = select(User.id).where(
        User.id == user_id, User.active.is_(True), User.erased_at.is_(None), ~staff
    )
    return db.session.scalar(wanted) is not None
