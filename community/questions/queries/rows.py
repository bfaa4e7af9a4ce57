"""A question as one line of a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from community.boards.models import Board, name_in
from community.core import clock
from community.core.authz import Viewer
from community.core.db import AnyRow, AnySelect, db
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import PostTag, Tag
from community.questions.models import Question
from community.questions.status import status_for

# What helpers can still do something about.
SHINING = frozenset({"open", "answered", "needs_info"})


@dataclass(slots=True)
class QuestionRow:
    """What a list shows of a question; ``status`` is the one its viewer sees."""

    id: int
    slug: str
    title: str
    excerpt: str
    status: str
    language: str
    created_at: datetime
    last_activity_at: datetime
    answers_count: int
    me_too_count: int
    kudos_count: int
    board_slug: str
    board_name: str
    asker: Person
    tags: list[str] = field(default_factory=list)
    is_pinned: bool = False
    in_spotlight: bool = False


def select_rows() -> AnySelect:
    """Return the SELECT every list begins with; conditions, order and limit are the caller's."""
    return (
        select(
            Question.id,
            Question.slug,
            Question.title,
            Question.excerpt,
            Question.status,
            Question.language,
            Question.created_at,
            Question.last_activity_at,
            Question.answers_count,
            Question.me_too_count,
            Question.kudos_count,
            Board.slug,
            Board.names,
            Question.awaits_asker,
            Question.spotlight_until,
            *person_columns(),
        )
        .join(Board, Board.id == Question.place_id)
        .join(User, User.id == Question.author_id)
    )


def load_rows(viewer: Viewer, language: str, statement: AnySelect) -> list[QuestionRow]:
    """Run a list's SELECT; tags are added by ``add_tags``."""
    return [_row(viewer, language, found) for found in db.session.execute(statement)]


def _row(viewer: Viewer, language: str, found: AnyRow) -> QuestionRow:
    *values, board_slug, board_names, awaits_asker, spotlight_until = found[:-PERSON_WIDTH]
    asker = Person(*found[-PERSON_WIDTH:])
    row = QuestionRow(*(*values, board_slug, name_in(board_names, language), asker))
    row.status = status_for(viewer, status=row.status, awaits_asker=awaits_asker, asker_id=asker.id)
    shines = spotlight_until is not None and spotlight_until > clock.now()
    row.in_spotlight = shines and row.status in SHINING
    return row


def add_tags(rows: Iterable[QuestionRow]) -> None:
    """Read the tags of all rows at once."""
    by_id: dict[int, list[QuestionRow]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).append(row)
    if not by_id:
        return
    found = db.session.execute(
        select(PostTag.post_id, Tag.name)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id.in_(by_id))
        .order_by(Tag.name)
    )
    for post_id, name in found:
        for row in by_id[post_id]:
            row.tags.append(name)


def row_key(row: QuestionRow) -> tuple[datetime, int]:
    """Return the keyset of a list ordered by asking time."""
    return row.created_at, row.id


def activity_key(row: QuestionRow) -> tuple[datetime, int]:
    """Return the keyset of a list ordered by activity."""
    return row.last_activity_at, row.id


def ids_of(rows: Sequence[QuestionRow]) -> list[int]:
    """Return the rows' ids."""
    return [row.id for row in rows]
