"""Puts a made-up community into the database, day by day, for the product to search it."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from community.core.db import Base, db, transaction
from community.identity.models import SignInTrace, User
from community.identity.names import name_columns
from community.posts.models import Post, Vote
from tests.factories.community import make_board
from tests.reputation.fairness.honest import Community
from tests.reputation.fairness.honest import Post as MadeUp

LONG_AGO = timedelta(days=1_000)


class Loaded:
    """A community in the database: who of it is which member, and how far it is loaded."""

    def __init__(self, community: Community, begins_at: datetime) -> None:
        self.community, self._begins_at, self._until = community, begins_at, 0.0
        self._boards = [make_board().id for _ in range(1 + max(p.board for p in community.posts))]
        with transaction():
            self._users = _insert(User, map(self._user, range(community.members)))
            self.number_of = {user_id: number for number, user_id in enumerate(self._users)}
            self._roots: dict[tuple[int, int], int] = {}
            self._posts: dict[int, int] = {}
        self._thanked: set[tuple[int, int]] = set()

    def at(self, day: float) -> datetime:
        """Return when so many days have passed."""
        return self._begins_at + timedelta(days=day)

    def load_until(self, day: float) -> None:
        """Load what was written and thanked for since the last time."""
        community = self.community
        posts = [post for post in community.posts if self._until <= post.at < day]
        thanks = sorted(each for each in community.thanks if self._until <= each.at < day)
        with transaction():
            self._ask(posts)
            rows = map(self._row, posts)
            self._posts |= dict(zip((p.number for p in posts), _insert(Post, rows), strict=True))
            _insert(
                Vote,
                [
                    self._vote(at, giver, post)
                    for at, giver, post in thanks
                    if self._once(giver, post)
                ],
            )
            own = update(Post).where(Post.kind == "question", Post.root_id.is_(None))
            db.session.execute(own.values(root_id=Post.id))
            self._sign_in(day)
            self._register(day)
        self._until = day

    def _once(self, giver: int, post: MadeUp) -> bool:
        is_first = (giver, post.number) not in self._thanked
        self._thanked.add((giver, post.number))
        return is_first

    def _user(self, number: int) -> dict[str, Any]:
        return {
            **name_columns(f"Member of a community {number}"),
            "email": f"made-up-{number}@example.org",
            "fs_uniquifier": secrets.token_hex(16),
            "confirmed_at": self._begins_at - LONG_AGO,
            "created_at": self.at(min(0.0, self.community.joined[number])),
        }

    def _ask(self, posts: Iterable[MadeUp]) -> None:
        """Ask what answers stand under, so long ago that it is no part of what is looked at."""
        keys = {(p.asker, p.board) for p in posts if p.asker != p.author} - self._roots.keys()
        rows = [
            self._post("question", asker, board, -LONG_AGO.days) for asker, board in sorted(keys)
        ]
        self._roots |= dict(zip(sorted(keys), _insert(Post, rows), strict=True))

    def _row(self, post: MadeUp) -> dict[str, Any]:
        if post.author == post.asker:
            return self._post("question", post.author, post.board, post.at)
        root = self._roots[post.asker, post.board]
        return self._post("answer", post.author, post.board, post.at) | {
            "root_id": root,
            "parent_id": root,
        }

    def _post(self, kind: str, author: int, board: int, day: float) -> dict[str, Any]:
        return {
            "kind": kind,
            "author_id": self._users[author],
            "board_id": self._boards[board],
            "root_id": None,
            "parent_id": None,
            "body": "Restart it.",
            "html": "<p>Restart it.</p>",
            "render_version": 1,
            "language": "en",
            "created_at": self.at(day),
        }

    def _vote(self, at: float, giver: int, post: MadeUp) -> dict[str, Any]:
        return {
            "post_id": self._posts[post.number],
            "user_id": self._users[giver],
            "created_at": self.at(at),
        }

    def _sign_in(self, day: float) -> None:
        """Let everybody sign in once, from where they do."""
        if self._until == 0:
            rows = [
                {"user_id": self._users[member], "mark": mark, "seen_at": self.at(day)}
                for member, mark in set(self.community.marks)
            ]
            db.session.execute(insert(SignInTrace), rows)

    def _register(self, day: float) -> None:
        """Let those join who do: some of a ring come back with a new account."""
        for member, joined in self.community.joined.items():
            if self._until <= joined < day:
                is_theirs = User.id == self._users[member]
                db.session.execute(update(User).where(is_theirs).values(created_at=self.at(joined)))


def _insert(model: type[Base], rows: Iterable[dict[str, Any]]) -> Sequence[int]:
    values = list(rows)
    if not values:
        return []
    statement = insert(model.__table__).returning(
        model.__table__.c.id, sort_by_parameter_order=True
    )
    return list(db.session.scalars(statement, values))
