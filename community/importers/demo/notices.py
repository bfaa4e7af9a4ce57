"""A few notifications, so that the bell of the demo accounts has something to tell."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from community.core.db import db
from community.notifications.models import Notification
from community.notifications.operations.unread import rebuild_unread
from community.posts.models import Post
from community.questions.models import Acceptance, InfoRequest

# What is older has been read.
FRESH = timedelta(days=4)
READERS = ("kim-customer", "tilda-berg")

Asked = aliased(Post)
Reply = aliased(Post)
# Ids of post, question and actor, and when.
Rows = Sequence[Row[int, int, int, datetime]]


def load_notices(people: dict[str, int], now: datetime) -> None:
    """Tell some of the demo accounts what the others wrote to them."""
    for key in READERS:
        user_id = people[key]
        for notice in _notices_for(user_id):
            if notice.created_at < now - FRESH:
                notice.read_at = notice.created_at + timedelta(hours=3)
            db.session.add(notice)
    db.session.flush()
    rebuild_unread()


def _notices_for(user_id: int) -> Iterator[Notification]:
    yield from _as_notices(user_id, "answer", _answers_to(user_id))
    yield from _as_notices(user_id, "comment", _comments_to(user_id))
    yield from _as_notices(user_id, "accepted", _acceptances_of(user_id))
    yield from _as_notices(user_id, "info_request", _requests_to(user_id))


def _as_notices(user_id: int, kind: str, rows: Rows) -> Iterator[Notification]:
    for post_id, question_id, actor_id, at in rows:
        yield Notification(
            user_id=user_id,
            kind=kind,
            post_id=post_id,
            question_id=question_id,
            actor_id=actor_id,
            created_at=at,
        )


def _answers_to(user_id: int) -> Rows:
    return _rows(
        select(Reply.id, Asked.id, Reply.author_id, Reply.created_at)
        .join(Asked, Asked.id == Reply.root_id)
        .where(Reply.kind == "answer", Asked.author_id == user_id)
    )


def _comments_to(user_id: int) -> Rows:
    parent = aliased(Post)
    return _rows(
        select(Reply.id, Asked.id, Reply.author_id, Reply.created_at)
        .join(parent, parent.id == Reply.parent_id)
        .join(Asked, Asked.id == Reply.root_id)
        .where(Reply.kind == "comment", parent.author_id == user_id, Reply.author_id != user_id)
    )


def _acceptances_of(user_id: int) -> Rows:
    return _rows(
        select(Reply.id, Asked.id, Acceptance.accepted_by_id, Acceptance.accepted_at)
        .join(Reply, Reply.id == Acceptance.answer_id)
        .join(Asked, Asked.id == Acceptance.question_id)
        .where(Reply.author_id == user_id)
    )


def _requests_to(user_id: int) -> Rows:
    return _rows(
        select(Asked.id, Asked.id, InfoRequest.requested_by_id, InfoRequest.requested_at)
        .join(Asked, Asked.id == InfoRequest.question_id)
        .where(Asked.author_id == user_id)
    )


def _rows(query: Select[int, int, int, datetime]) -> Rows:
    return db.session.execute(query.where(Asked.visibility == "published")).all()
