"""What is pinned, and what staff see of a post: why it was removed, and until when it is pinned."""

from datetime import datetime
from typing import NamedTuple

from flask_babel.speaklater import LazyString
from sqlalchemy import or_, select

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.identity.models import User
from community.identity.names import shown_name
from community.posts.models import Post, Removal
from community.posts.visibility import PUBLISHED, root_is_visible
from community.questions.models import Acceptance, Lock, Pin, Question, Regrouping
from community.questions.queries.rows import QuestionRow, load_rows, select_rows
from community.questions.reasons import visibility_words

PINNED_SHOWN = 5
SPLITTABLE_SHOWN = 300
BEGINNING_CHARS = 120


class RemovalRow(NamedTuple):
    """A post was hidden, deleted or brought back: what, why, when and by whom."""

    visibility: str
    reason: str
    at: datetime
    by: str | None

    @property
    def words(self) -> LazyString:
        """What became of the post."""
        return visibility_words(self.visibility)


def list_pinned(viewer: Viewer, language: str, board_id: int | None) -> list[QuestionRow]:
    """Return what stands first on a board, or on the whole site: the latest pins that still hold.

    Nothing has to be done when a pin ends: from then on it is not found here.
    """
    place = Pin.scope == "site" if board_id is None else Question.place_id == board_id
    statement = (
        select_rows()
        .join(Pin, Pin.question_id == Question.id)
        .where(root_is_visible(viewer, Question), Pin.until > clock.now(), place)
        .order_by(Pin.pinned_at.desc(), Pin.id.desc())
        .limit(PINNED_SHOWN)
        # From the few pins, not from all questions of the board.
        .with_hint(Question.__table__, "NOT INDEXED", "sqlite")
    )
    rows = load_rows(viewer, language, statement)
    for row in rows:
        row.is_pinned = True
    return rows


def get_pin(question_id: int) -> Pin | None:
    """Return a question's pin while it holds."""
    return db.session.scalar(
        select(Pin).where(Pin.question_id == question_id, Pin.until > clock.now())
    )


def get_lock(question_id: int) -> Lock | None:
    """Return the lock of a question, with the reason."""
    return db.session.scalar(select(Lock).where(Lock.question_id == question_id))


def list_removals(post_id: int) -> list[RemovalRow]:
    """Return how a post left the public and came back, the newest first."""
    rows = db.session.execute(
        select(Removal.visibility, Removal.reason, Removal.created_at, User.display_name)
        .outerjoin(User, User.id == Removal.actor_id)
        .where(Removal.post_id == post_id)
        .order_by(Removal.id.desc())
    )
    return [RemovalRow(*row[:3], row[3] and shown_name(row[3])) for row in rows]


class SplittableRow(NamedTuple):
    """An answer or comment that could be split off: how it begins, and whose it is."""

    id: int
    kind: str
    beginning: str
    by: str


class RegroupingRow(NamedTuple):
    """What was merged, split or turned, why, by whom and when; whether it still stands."""

    id: int
    kind: str
    reason: str
    at: datetime
    by: str
    made_by_id: int
    is_undone: bool


def list_splittable(question_id: int) -> list[SplittableRow]:
    """Return the published answers and comments of a question that are no solutions."""
    rows = db.session.execute(
        select(Post.id, Post.kind, Post.body, User.display_name)
        .join(User, User.id == Post.author_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Post.id)
        .where(
            Post.root_id == question_id,
            Post.kind.in_(("answer", "comment")),
            Post.visibility == PUBLISHED,
            Acceptance.id.is_(None),
        )
        .order_by(Post.id)
        .limit(SPLITTABLE_SHOWN)
    )
    return [
        SplittableRow(post_id, kind, body[:BEGINNING_CHARS], shown_name(name))
        for post_id, kind, body, name in rows
    ]


def list_regroupings(post_id: int) -> list[RegroupingRow]:
    """Return what was done with a question or a post, the newest first."""
    about = or_(
        Regrouping.source_id == post_id,
        Regrouping.target_id == post_id,
        Regrouping.post_id == post_id,
    )
    rows = db.session.execute(
        select(Regrouping, User.display_name)
        .join(User, User.id == Regrouping.made_by_id)
        .where(about)
        .order_by(Regrouping.id.desc())
    )
    return [
        RegroupingRow(
            one.id,
            one.kind,
            one.reason,
            one.made_at,
            shown_name(name),
            one.made_by_id,
            one.undone_at is not None,
        )
        for one, name in rows
    ]
