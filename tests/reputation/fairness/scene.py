"""Communities in the database in which some thank each other for gain."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.identity.operations.traces import note_traces
from community.posts.models import Post, Vote
from reputation.fairness.models import RingFinding
from reputation.fairness.tasks import look_for_rings
from tests.factories.community import make_answer, make_board, make_question, make_user

POSTS_OF_OTHERS = 600


def make_background() -> Board:
    """Make a board on which others write a lot, so that a group's posts are a small part of it."""
    board = make_board()
    question = make_question(make_user(), board)
    writers = [make_user().id for _number in range(3)]
    rows = [
        {
            "kind": "answer",
            "author_id": writers[number % 3],
            "board_id": board.id,
            "root_id": question.id,
            "parent_id": question.id,
            "visibility": "published",
            "body": "Restart it.",
            "html": "<p>Restart it.</p>",
            "render_version": 1,
            "language": "en",
            "created_at": clock.now(),
            "kudos_count": 0,
            "comments_count": 0,
            "imported_up": 0,
            "imported_down": 0,
        }
        for number in range(POSTS_OF_OTHERS)
    ]
    with transaction():
        db.session.execute(insert(Post.__table__), rows)
    return board


def thank_all(givers: Iterable[User], posts: Iterable[Post], at: datetime | None = None) -> None:
    """Let each of them give kudos for each post that is not their own; nobody is told."""
    rows = [
        {
            "post_id": post.id,
            "user_id": giver.id,
            "value": 1,
            "imported": False,
            "created_at": at or clock.now(),
        }
        for giver in givers
        for post in posts
        if giver.id != post.author_id
    ]
    with transaction():
        db.session.execute(insert(Vote), rows)


def make_posts(board: Board, authors: Sequence[User], number: int = 2) -> list[Post]:
    """Let each of them answer questions of others."""
    asker = make_user()
    return [
        make_answer(make_question(asker, board), author)
        for author in authors
        for _number in range(number)
    ]


def posts_of_others(board: Board, number: int = 30) -> list[Post]:
    """Return some of what others wrote on the board to begin with."""
    query = select(Post).where(Post.board_id == board.id, Post.kind == "answer")
    with transaction():
        return list(db.session.scalars(query.order_by(Post.id).limit(number)))


def make_ring(board: Board, size: int = 4, posts: int = 2) -> list[User]:
    """Make members who thank each other for all they write, and hardly anybody else."""
    members = [make_user() for _number in range(size)]
    thank_all(members, make_posts(board, members, posts))
    return members


def share_device(members: Sequence[User]) -> None:
    """Let them sign in with one browser."""
    with transaction():
        for member in members:
            note_traces(member.id, address="", browser="one-browser")


def search() -> list[RingFinding]:
    """Let a night pass; returns all findings there are."""
    look_for_rings()
    with transaction():
        db.session.expire_all()
        return list(db.session.scalars(select(RingFinding).order_by(RingFinding.id)))
