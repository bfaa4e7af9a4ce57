"""The one answer to "may this viewer see this post?", as a condition for every query.

A post is seen if it, the post it replies to and its question are published and the viewer
may see its board (``boards.policies``). Authors see their own held and hidden posts on their own
pages only through queries that say so; moderators reach removed posts on the boards they moderate.
"""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from community.boards.models import Board
from community.boards.policies import moderated_board_ids
from community.boards.queries import board_is_visible
from community.core.authz import Viewer, is_moderating
from community.posts.models import Attachment, Post

PUBLISHED = "published"
MERGED = "merged"
# What counts for its author, where its question is published.
COUNTED = (PUBLISHED, MERGED)

__all__ = [
    "COUNTED",
    "MERGED",
    "PUBLISHED",
    "board_is_visible",
    "held_is_visible",
    "image_is_visible",
    "post_is_moderated",
    "post_is_visible",
    "root_is_visible",
    "visible_boards",
]


def root_is_visible(
    viewer: Viewer, root: type[Post] | AliasedClass[Post] = Post
) -> ColumnElement[bool]:
    """Return the condition for questions (roots) joined with ``boards``."""
    return and_(root.visibility == PUBLISHED, board_is_visible(viewer))


def visible_boards(viewer: Viewer) -> ColumnElement[bool]:
    """Return a condition on ``Post.board_id`` that needs no join."""
    return Post.board_id.in_(select(Board.id).where(board_is_visible(viewer)).scalar_subquery())


def post_is_moderated(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for posts the viewer may judge, removed ones too; needs no join."""
    if is_moderating(viewer):
        return visible_boards(viewer)
    return Post.board_id.in_(moderated_board_ids(viewer))


def held_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for posts that wait and are the viewer's own, or theirs to judge."""
    mine = Post.author_id == viewer.viewer_id
    return and_(
        Post.visibility == "held", visible_boards(viewer), or_(mine, post_is_moderated(viewer))
    )


def post_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for any post, whatever its kind; needs no join."""
    root, parent = aliased(Post), aliased(Post)
    published_root = select(root.id).where(root.id == Post.root_id, root.visibility == PUBLISHED)
    published_parent = select(parent.id).where(
        parent.id == Post.parent_id, parent.visibility == PUBLISHED
    )
    return and_(
        Post.visibility == PUBLISHED,
        visible_boards(viewer),
        published_root.exists(),
        or_(Post.parent_id.is_(None), published_parent.exists()),
    )


def image_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for pictures: seen by whoever sees the post that shows them.

    One that no post shows yet is its uploader's alone, one in a post that waits also its author's;
    one that was taken down, or whose post was, is left to those who may judge the post.
    """
    here = Post.id == Attachment.post_id
    seen = select(Post.id).where(here, post_is_visible(viewer))
    judged = select(Post.id).where(here, post_is_moderated(viewer))
    shown = and_(Attachment.removed_at.is_(None), seen.exists())
    if viewer.viewer_id is None:
        return shown
    unused = and_(Attachment.post_id.is_(None), Attachment.uploader_id == viewer.viewer_id)
    waits = select(Post.id).where(here, held_is_visible(viewer))
    waiting = and_(Attachment.removed_at.is_(None), waits.exists())
    return or_(shown, judged.exists(), unused, waiting)
