"""Build people, boards, questions and answers through the product's own operations."""

import itertools
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.identity.models import Group, GroupMember, RoleGrant, User
from community.identity.names import name_columns
from community.identity.queries import VIEWER_RIGHTS
from community.posts.models import Comment, Post
from community.questions.models import Acceptance, Answer, Question
from community.questions.operations.acceptances import accept_answer
from community.questions.operations.answers import post_answer, post_comment
from community.questions.operations.questions import ask_question, lock_question
from community.questions.operations.removals import change_visibility

_numbers = itertools.count(1)


def make_user(
    name: str | None = None,
    *,
    role: str = "member",
    on: Mapping[int, str] | None = None,
    groups: Iterable[Group] = (),
    **values: Any,
) -> User:
    """Make a confirmed member; ``role`` other than member is granted. Rights are loaded.

    ``on`` maps boards' ids to a role held there alone.
    """
    number = next(_numbers)
    name = name or f"Member {number}"
    values.setdefault("email", f"member{number}@example.org")
    values.setdefault("created_at", clock.now() - timedelta(days=100))
    values.setdefault("active", True)
    with transaction():
        user = User(
            **name_columns(name),
            fs_uniquifier=secrets.token_hex(16),
            confirmed_at=clock.now(),
            role=role,
            **values,
        )
        db.session.add(user)
        db.session.flush()
        if role != "member":
            db.session.add(RoleGrant(user_id=user.id, name=role))
        for board_id, held in (on or {}).items():
            db.session.add(RoleGrant(user_id=user.id, name=held, board_id=board_id))
        for group in groups:
            db.session.add(GroupMember(user_id=user.id, group_id=group.id))
    return load_user(user.id)


def load_user(user_id: int) -> User:
    """Return a user with roles, as a request would have it."""
    query = select(User).options(*VIEWER_RIGHTS).where(User.id == user_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()


def make_group(slug: str | None = None) -> Group:
    """Make a group without members."""
    slug = slug or f"group-{next(_numbers)}"
    with transaction():
        group = Group(slug=slug, names={"en": slug.title(), "de": slug.title()})
        db.session.add(group)
    return group


def make_board(slug: str | None = None, *, audience: str = "public", **values: Any) -> Board:
    """Make a board."""
    slug = slug or f"board-{next(_numbers)}"
    values.setdefault("names", {"en": slug.title(), "de": slug.title()})
    with transaction():
        board = Board(slug=slug, audience=audience, **values)
        db.session.add(board)
    return board


def make_question(asker: User | None = None, board: Board | None = None, **values: Any) -> Question:
    """Ask a question."""
    asker = asker or make_user()
    board = board or make_board()
    values.setdefault("title", f"My phone has no signal since number {next(_numbers)}")
    values.setdefault("body", "It worked yesterday. I restarted it twice and nothing changed.")
    values.setdefault("language", "en")
    with transaction():
        return ask_question(asker, board, **values)


def make_answer(question: Question, helper: User | None = None, body: str | None = None) -> Answer:
    """Answer a question."""
    helper = helper or make_user()
    body = body or "Switch flight mode on and off once, then wait five minutes."
    with transaction():
        return post_answer(helper, lock_question(question.id), body)


def make_comment(question: Question, parent: Post, author: User, body: str) -> Comment:
    """Comment on a question or an answer."""
    with transaction():
        locked = lock_question(question.id)
        return post_comment(author, locked, db.session.get_one(Post, parent.id), body)


def make_acceptance(answer: Answer, actor: User, *, also: bool = False) -> Acceptance:
    """Accept an answer."""
    with transaction():
        question = lock_question(answer.root_id or 0)
        return accept_answer(actor, question, db.session.get_one(Answer, answer.id), also=also)


def set_post_visibility(post: Post, visibility: str, actor: User, reason: str = "") -> None:
    """Hide, hold, delete or publish a post."""
    with transaction():
        question = lock_question(post.root_id or 0)
        change_visibility(actor, question, db.session.get_one(Post, post.id), visibility, reason)


def days_ago(days: float) -> datetime:
    """Return an instant in the past."""
    return clock.now() - timedelta(days=days)


def reload(record: Any) -> Any:
    """Return the record as the database has it now."""
    with transaction():
        return db.session.get(type(record), record.id, populate_existing=True)
