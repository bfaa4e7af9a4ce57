"""What can be watched, and what a member watches."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import exists, select

from community.boards.models import Board, name_in
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.posts.models import Post, Tag, TagCount, Watch
from community.posts.visibility import board_is_visible, post_is_visible
from community.questions.models import Question

WATCHES_SHOWN = 200


class WatchedThing(NamedTuple):
    """A question, board, tag or person somebody watches, with its address."""

    kind: str
    name: str
    path: str

    @property
    def watch_path(self) -> str:
        return f"{self.path}/watch"


def get_question_id(viewer: Viewer, question_id: int) -> int:
    """Return the id of a question the viewer may see; raises ``NotFound``."""
    return _found(
        db.session.scalar(
            select(Post.id).where(
                Post.id == question_id, Post.kind == "question", post_is_visible(viewer)
            )
        )
    )


def get_person_id(user_id: int) -> int:
    """Return the id of a member whose account is active; raises ``NotFound``."""
    return _found(
        db.session.scalar(select(User.id).where(User.id == user_id, User.active.is_(True)))
    )


def list_watched(viewer: User, language: str) -> list[WatchedThing]:
    """Return what the viewer watches and may see: boards, tags, people, newest questions."""
    return [
        *_boards(viewer, language),
        *_tags(viewer),
        *_people(viewer),
        *_questions(viewer),
    ]


def _boards(viewer: User, language: str) -> list[WatchedThing]:
    rows = _rows(
        viewer,
        select(Board.slug, Board.names)
        .join(Watch, Watch.board_id == Board.id)
        .where(board_is_visible(viewer)),
    )
    return [
        WatchedThing("board", name_in(names, language), f"/boards/{slug}") for slug, names in rows
    ]


def _tags(viewer: User) -> list[WatchedThing]:
    # A tag may have been left to boards that are closed to the viewer since they began to watch it.
    in_use = exists().where(
        TagCount.tag_id == Tag.id,
        TagCount.questions_count > 0,
        Board.id == TagCount.board_id,
        board_is_visible(viewer),
    )
    rows = _rows(viewer, select(Tag.name).join(Watch, Watch.tag_id == Tag.id).where(in_use))
    return [WatchedThing("tag", name, f"/tags/{name}") for (name,) in rows]


def _people(viewer: User) -> list[WatchedThing]:
    rows = _rows(
        viewer,
        select(User.id, User.display_name)
        .join(Watch, Watch.person_id == User.id)
        .where(User.active.is_(True)),
    )
    return [WatchedThing("person", name, f"/users/{user_id}") for user_id, name in rows]


def _questions(viewer: User) -> list[WatchedThing]:
    question = Question.__table__
    rows = _rows(
        viewer,
        select(Post.id, question.c.title)
        .join(Watch, Watch.post_id == Post.id)
        .join(question, question.c.id == Post.id)
        .where(post_is_visible(viewer)),
    )
    return [WatchedThing("question", title, f"/questions/{post_id}") for post_id, title in rows]


def _rows(viewer: User, things: Any) -> Sequence[Any]:
    """Return the newest watches of one sort; ``things`` is a SELECT joined with ``watches``."""
    return db.session.execute(
        things.where(Watch.user_id == viewer.id, Watch.muted.is_(False))
        .order_by(Watch.created_at.desc(), Watch.id.desc())
        .limit(WATCHES_SHOWN)
    ).all()


def _found(row_id: int | None) -> int:
    if row_id is None:
        raise NotFound()
    return row_id
