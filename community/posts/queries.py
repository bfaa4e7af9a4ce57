"""Reads of posts that lower and upper packages share."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from community.core.authz import Viewer
from community.core.db import AnyRow, db
from community.core.images import MIB
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.core.settings import current_settings
from community.posts.models import Attachment, Post, Watch


def is_watching(viewer: Viewer, target: ColumnElement[bool]) -> bool:
    """Say whether the viewer watches what ``target`` names, e.g. ``Watch.board_id == 3``."""
    if viewer.viewer_id is None:
        return False
    found = db.session.scalar(
        select(Watch.id).where(Watch.user_id == viewer.viewer_id, target, Watch.muted.is_(False))
    )
    return found is not None


@dataclass(frozen=True)
class Room:
    """How much room a member's pictures take, and how much there is, in bytes."""

    used: int
    most: int


def list_own_images(user_id: int, cursor: Cursor | None) -> Page[AnyRow]:
    """Return pictures that a member uploaded, the newest first.

    Each with the post that shows it: ``root_id`` is its question, ``kind`` what it is.
    """
    rows = db.session.execute(
        select(Attachment, Post.root_id, Post.kind)
        .outerjoin(Post, Post.id == Attachment.post_id)
        .where(
            Attachment.uploader_id == user_id,
            Attachment.removed_at.is_(None),
            before(cursor, Attachment.created_at, Attachment.id),
        )
        .order_by(Attachment.created_at.desc(), Attachment.id.desc())
        .limit(PAGE_SIZE + 1)
    ).all()
    return page_of(rows, lambda row: (row.Attachment.created_at, row.Attachment.id))


def room_of_images(user_id: int) -> Room:
    """Return how much room a member's pictures take."""
    used = db.session.scalar(
        select(func.sum(Attachment.bytes)).where(
            Attachment.uploader_id == user_id, Attachment.removed_at.is_(None)
        )
    )
    return Room(used or 0, current_settings().images_member_mib * MIB)


def list_all_images(user_id: int) -> list[Attachment]:
    """Return all pictures that a member uploaded, those taken down included, oldest first."""
    rows = select(Attachment).where(Attachment.uploader_id == user_id).order_by(Attachment.id)
    return list(db.session.scalars(rows))
