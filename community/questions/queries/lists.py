"""Lists of questions: newest, by state, helper lists, by tag, by person."""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, true
from sqlalchemy.orm import aliased

from community.boards.models import Board
from community.core import clock
from community.core.authz import Viewer
from community.core.db import AnySelect, Instant, db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post, PostTag, Tag, TagCount
from community.posts.visibility import board_is_visible, root_is_visible
from community.questions.models import Acceptance, Answer, Question
from community.questions.queries.rows import (
    QuestionRow,
    activity_key,
    add_tags,
    load_rows,
    row_key,
    select_rows,
)
from community.questions.standing import asker_of

# Helper lists never hold what is locked; removed and held posts no list holds.
FILTERS: dict[str, ColumnElement[bool]] = {
    "newest": true(),
    "open": and_(Question.status == "open", Question.is_locked.is_(False)),
    "asker-waiting": and_(
        Question.status == "answered",
        Question.last_by_asker.is_(True),
        Question.is_locked.is_(False),
    ),
    "unaccepted": and_(Question.status == "answered", Question.is_locked.is_(False)),
    "needs-info": and_(
        Question.awaits_asker.is_(True),
        Question.status.in_(("open", "answered")),
        Question.is_locked.is_(False),
    ),
    "spotlight": and_(
        # Of the instant of the query, not of the start of the process.
        Question.spotlight_until > bindparam("now", callable_=clock.now, type_=Instant),
        Question.status.in_(("open", "answered")),
        Question.is_locked.is_(False),
    ),
    "solved": Question.status == "solved",
    "support": Question.status == "support",
    "active": true(),
    "moving": Question.answers_count > 0,
}
# Lists of few, each with an index that holds them alone.
OF_THEIR_OWN = {"needs-info": "ix_questions_awaits_asker", "spotlight": "ix_questions_spotlight"}
BY_ACTIVITY = frozenset({"asker-waiting", "active", "moving"})
BY_STATUS = frozenset({"open", "unaccepted", "solved", "support"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is about. ``languages`` empty means all of them."""

    show: str = "newest"
    board_id: int | None = None
    tag_id: int | None = None
    asker_id: int | None = None
    languages: tuple[str, ...] = ()
    size: int = PAGE_SIZE


def page_of_questions(
    viewer: Viewer, language: str, wanted: Wanted, cursor: Cursor | None = None
) -> Page[QuestionRow]:
    """Return a page of questions in two queries; raises ``NotFound`` for an unknown filter."""
    rows = list_questions(viewer, language, wanted, cursor)
    key = activity_key if wanted.show in BY_ACTIVITY else row_key
    page = page_of(rows, key, wanted.size)
    add_tags(page.rows)
    return page


def list_questions(
    viewer: Viewer, language: str, wanted: Wanted, cursor: Cursor | None = None
) -> list[QuestionRow]:
    """Return up to ``size + 1`` rows without tags, in one query."""
    if wanted.show not in FILTERS:
        raise NotFound()
    order: Any = Question.last_activity_at if wanted.show in BY_ACTIVITY else Question.asked_at
    statement = (
        select_rows()
        .where(root_is_visible(viewer, Question), FILTERS[wanted.show], *_conditions(wanted))
        .where(before(cursor, order, Question.id))
        .order_by(order.desc(), Question.id.desc())
        .limit(wanted.size + 1)
    )
    index = index_for(wanted)
    if index:
        statement = statement.with_hint(Question.__table__, f"INDEXED BY {index}", "sqlite")
    return load_rows(viewer, language, statement)


def index_for(wanted: Wanted) -> str | None:
    """Return the index that yields a list's rows in order, so that a page reads a page.

    Lists of a tag or a person begin with that tag's or person's posts instead.
    """
    if wanted.tag_id is not None or wanted.asker_id is not None:
        return None
    if wanted.show in OF_THEIR_OWN:
        return OF_THEIR_OWN[wanted.show]
    place = "place_id_" if wanted.board_id is not None else ""
    if wanted.show == "asker-waiting" and not place:
        return "ix_questions_last_by_asker"
    if wanted.show in BY_ACTIVITY:
        return f"ix_questions_{place}last_activity_at"
    if wanted.show in BY_STATUS:
        return "ix_questions_place_id_status" if place else "ix_questions_status_asked_at"
    return f"ix_questions_{place}asked_at"


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.board_id is not None:
        conditions.append(Question.place_id == wanted.board_id)
    if wanted.asker_id is not None:
        conditions.append(Question.author_id == wanted.asker_id)
    if wanted.languages:
        conditions.append(Question.language.in_(wanted.languages))
    if wanted.tag_id is not None:
        tagged = select(PostTag.post_id).where(PostTag.tag_id == wanted.tag_id)
        conditions.append(Question.id.in_(tagged))
    return conditions


@dataclass(frozen=True)
class TagRow:
    """A tag and how many questions the viewer can see under it."""

    id: int
    name: str
    questions_count: int


def get_tag(viewer: Viewer, name: str) -> TagRow:
    """Return a tag; raises ``NotFound`` where no question the viewer may see carries it."""
    if "\0" in name:
        raise NotFound()
    folded = unicodedata.normalize("NFC", name).casefold()
    row = db.session.execute(_select_tags(viewer).where(Tag.name == folded)).one_or_none()
    if row is None:
        raise NotFound()
    return TagRow(*row)


def list_tags(viewer: Viewer, limit: int = 200) -> list[TagRow]:
    """Return the most used tags among questions the viewer may see."""
    total = func.sum(TagCount.questions_count)
    statement = _select_tags(viewer).order_by(total.desc(), Tag.name).limit(limit)
    return [TagRow(*row) for row in db.session.execute(statement)]


def _select_tags(viewer: Viewer) -> Any:
    total = func.sum(TagCount.questions_count)
    return (
        select(Tag.id, Tag.name, total)
        .join(TagCount, TagCount.tag_id == Tag.id)
        .join(Board, Board.id == TagCount.board_id)
        .where(board_is_visible(viewer), TagCount.questions_count > 0)
        .group_by(Tag.id, Tag.name)
    )


@dataclass(frozen=True)
class Helper:
    """A member and how many questions they solved lately."""

    person: Person
    solved: int


def list_helpers(viewer: Viewer, days: int = 7, limit: int = 5) -> list[Helper]:
    """Return who solved most questions the viewer can see in the last days; staff left out."""
    since = clock.now() - timedelta(days=days)
    solved = func.count(Acceptance.id)
    root = aliased(Post)
    statement: AnySelect = (
        select(solved, *person_columns())
        .join(Answer, Answer.id == Acceptance.answer_id)
        .join(root, root.id == Answer.root_id)
        .join(User, User.id == Answer.author_id)
        .join(Board, Board.id == Answer.board_id)
        .where(
            Acceptance.accepted_at >= since,
            Answer.visibility == "published",
            root.visibility == "published",
            # Solving one's own question counts for nobody.
            asker_of(root) != Answer.author_id,
            board_is_visible(viewer),
            User.role.in_(("member", "superuser")),
            User.active.is_(True),
        )
        .group_by(*person_columns())
        .order_by(solved.desc(), User.id)
        .limit(limit)
        .with_hint(Acceptance.__table__, "INDEXED BY ix_acceptances_accepted_at", "sqlite")
    )
    return [Helper(Person(*row[-PERSON_WIDTH:]), row[0]) for row in db.session.execute(statement)]
