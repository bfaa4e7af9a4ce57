"""The one answer to "may this viewer see this post?", as a condition for every query.

A post is seen if it, the post it replies to and its question are published and the viewer
may see its board (``boards.policies``). Authors see their own held and hidden posts on their own
pages only through queries that say so; moderators reach removed posts on the boards they moderate.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from community.boards.models import Board
from community.boards.policies import Reach, moderated_board_ids, reach_of
from community.boards.queries import board_is_visible, board_is_within
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
    "place_is_visible",
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
    return _boards_within(reach_of(viewer))


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


# Made once: an alias of this table costs more than most queries that use it.
_root, _parent = aliased(Post), aliased(Post)


def post_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for any post, whatever its kind; needs no join."""
    return _post_is_within(reach_of(viewer))


@lru_cache
def _post_is_within(reach: Reach) -> ColumnElement[bool]:
    published_parent = select(_parent.id).where(
        _parent.id == Post.parent_id, _parent.visibility == PUBLISHED
    )
    return and_(
        Post.visibility == PUBLISHED,
        _boards_within(reach),
        _published_root(),
        or_(Post.parent_id.is_(None), published_parent.correlate_except(_parent).exists()),
    )


def _boards_within(reach: Reach) -> ColumnElement[bool]:
    return Post.board_id.in_(select(Board.id).where(board_is_within(reach)).scalar_subquery())


def _published_root() -> ColumnElement[bool]:
    root = select(_root.id).where(_root.id == Post.root_id, _root.visibility == PUBLISHED)
    return root.correlate_except(_root).exists()


def place_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for posts that the viewer sees, or that are part of a question now which
    they see; needs no join."""
    return or_(post_is_visible(viewer), _merged_within(reach_of(viewer)))


@lru_cache
def _merged_within(reach: Reach) -> ColumnElement[bool]:
    return and_(Post.visibility == MERGED, _boards_within(reach), _published_root())


def image_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for pictures: seen by whoever sees the post that shows them, also where
    that is quoted by now on the page of another question.

    One that no post shows yet is its uploader's alone, one in a post that waits also its author's;
    one that was taken down, or whose post was, is left to those who may judge the post.
    """
    here = Post.id == Attachment.post_id
    seen = select(Post.id).where(here, place_is_visible(viewer))
    judged = select(Post.id).where(here, post_is_moderated(viewer))
    shown = and_(Attachment.removed_at.is_(None), seen.exists())
    if viewer.viewer_id is None:
        return shown
    unused = and_(Attachment.post_id.is_(None), Attachment.uploader_id == viewer.viewer_id)
    waits = select(Post.id).where(here, held_is_visible(viewer))
    waiting = and_(Attachment.removed_at.is_(None), waits.exists())
    return or_(shown, judged.exists(), unused, waiting)
