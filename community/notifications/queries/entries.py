"""Notifications as their reader sees them: newest first, without what they may not see."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from community.core.db import db
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.notifications.models import Notification, NotificationSetting
from community.posts.models import Post
from community.posts.visibility import place_is_visible
from community.questions.models import Question


class Entry(NamedTuple):
    """One notification with what its words need. ``actor`` is None for the system.

    What is about the member has a ``page`` and nothing of a post.
    """

    id: int
    kind: str
    note: str
    created_at: datetime
    read_at: datetime | None
    post_id: int | None
    post_kind: str | None
    kudos_count: int | None
    question_id: int | None
    title: str | None
    language: str | None
    actor: Person | None
    page: str = ""

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def path(self) -> str:
        """Address of the post, or of the page it is about, below the site's root."""
        if self.page:
            return self.page
        is_question_itself = self.post_id == self.question_id
        anchor = "" if is_question_itself else f"#{self.post_kind}-{self.post_id}"
        return f"/questions/{self.question_id}{anchor}"


def page_of_entries(viewer: User, cursor: Cursor | None) -> Page[Entry]:
    """Return a page of the viewer's notifications, newest first."""
    rows = db.session.execute(
        _entries_for(viewer)
        .where(in_bell(), before(cursor, Notification.created_at, Notification.id))
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    return page_of([_entry(row) for row in rows], lambda entry: (entry.created_at, entry.id))


def list_unread_entries(viewer: User, since: datetime, limit: int) -> list[Entry]:
    """Return what the viewer has neither read nor been mailed of, newest first.

    New questions are left out: they are many, and told of in another way.
    """
    rows = db.session.execute(
        _entries_for(viewer)
        .where(
            in_bell(),
            Notification.kind != "new_question",
            Notification.created_at >= since,
            Notification.read_at.is_(None),
            Notification.mailed_at.is_(None),
        )
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    return [_entry(row) for row in rows]


def get_entry(viewer: User, notification_id: int) -> Entry | None:
    """Return one of the viewer's notifications; None when there is none they may see."""
    row = db.session.execute(
        _entries_for(viewer).where(Notification.id == notification_id)
    ).one_or_none()
    return None if row is None else _entry(row)


def in_bell() -> ColumnElement[bool]:
    """Return the condition on ``notifications`` for kinds their reader wants to see in the app."""
    return ~exists().where(
        NotificationSetting.user_id == Notification.user_id,
        NotificationSetting.kind == Notification.kind,
        NotificationSetting.bell.is_(False),
    )


def _entries_for(viewer: User) -> Select[Any]:
    actor = aliased(User)
    question = Question.__table__
    return (
        select(
            *(Notification.id, Notification.kind, Notification.note, Notification.created_at),
            *(Notification.read_at, Notification.post_id, Post.kind, Post.kudos_count),
            *(Post.root_id, question.c.title, Post.language),
            *person_columns(actor),
            Notification.page,
        )
        .outerjoin(Post, Post.id == Notification.post_id)
        .outerjoin(question, question.c.id == Post.root_id)
        .outerjoin(actor, actor.id == Notification.actor_id)
        .where(
            Notification.user_id == viewer.id,
            or_(Notification.post_id.is_(None), place_is_visible(viewer)),
        )
    )


def _entry(row: Any) -> Entry:
    *rest, page = row
    facts, person = rest[:-PERSON_WIDTH], rest[-PERSON_WIDTH:]
    actor = None if person[0] is None else Person._make(person)
    return Entry._make([*facts, actor, page])
