"""Reads of posts that lower and upper packages share."""

from sqlalchemy import ColumnElement, select

from community.core.authz import Viewer
from community.core.db import db
from community.posts.models import Watch


def is_watching(viewer: Viewer, target: ColumnElement[bool]) -> bool:
    """Say whether the viewer watches what ``target`` names, e.g. ``Watch.board_id == 3``."""
    if viewer.viewer_id is None:
        return False
    found = db.session.scalar(
        select(Watch.id).where(Watch.user_id == viewer.viewer_id, target, Watch.muted.is_(False))
    )
    return found is not None
