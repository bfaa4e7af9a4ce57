"""The one answer to "may this viewer see this post?", as a condition for every query.

A post is seen if it, the post it replies to and its question are published and the board's
audience includes the viewer. Authors see their own held and hidden posts on their own pages only
through queries that say so; moderators reach removed posts through the moderation package.
"""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from community.boards.models import Board
from community.boards.policies import audiences_of
from community.core.authz import Viewer
from community.posts.models import Post

PUBLISHED = "published"


def board_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on a joined ``boards`` row."""
    return Board.audience.in_(audiences_of(viewer))


def root_is_visible(
    viewer: Viewer, root: type[Post] | AliasedClass[Post] = Post
) -> ColumnElement[bool]:
    """Return the condition for questions (roots) joined with ``boards``."""
    return and_(root.visibility == PUBLISHED, board_is_visible(viewer))


def visible_boards(viewer: Viewer) -> ColumnElement[bool]:
    """Return a condition on ``Post.board_id`` that needs no join."""
    return Post.board_id.in_(
        select(Board.id).where(Board.audience.in_(audiences_of(viewer))).scalar_subquery()
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
