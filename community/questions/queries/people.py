"""What a person did, as far as the viewer may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from community.boards.models import Board
from community.core.authz import Viewer, is_staff
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post
from community.posts.visibility import PUBLISHED, root_is_visible
from community.questions.models import Acceptance, Question
from community.questions.queries.lists import Wanted, page_of_questions
from community.questions.queries.rows import QuestionRow, add_tags, load_rows, select_rows

COUNTED_AT_MOST = 1_000


@dataclass(frozen=True)
class Profile:
    """A person and their totals; the two counts stop at ``COUNTED_AT_MOST``."""

    person: Person
    bio: str
    points: int
    kudos_count: int
    superuser_left_at: datetime | None
    answers_count: int
    questions_count: int


def get_profile(viewer: Viewer, user_id: int) -> Profile:
    """Return a person in one query; raises ``NotFound``, also for disabled accounts."""
    statement = select(
        *person_columns(),
        User.bio,
        User.points,
        User.kudos_count,
        User.superuser_left_at,
        _count(viewer, user_id, "answer"),
        _count(viewer, user_id, "question"),
    ).where(User.id == user_id)
    if not is_staff(viewer):
        statement = statement.where(User.active.is_(True))
    found: Any = db.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound()
    return Profile(Person(*found[:PERSON_WIDTH]), *found[PERSON_WIDTH:])


def _count(viewer: Viewer, user_id: int, kind: str) -> Any:
    root = aliased(Post)
    some = (
        select(Post.id)
        .join(root, root.id == Post.root_id)
        .join(Board, Board.id == root.board_id)
        .where(_written_by(user_id, kind), root_is_visible(viewer, root))
        .limit(COUNTED_AT_MOST)
        .subquery()
    )
    return select(func.count(some.c.id)).scalar_subquery()


def page_of_asked(
    viewer: Viewer, language: str, user_id: int, cursor: Cursor | None
) -> Page[QuestionRow]:
    """Return a page of the person's questions, newest first."""
    return page_of_questions(viewer, language, Wanted(asker_id=user_id), cursor)


def page_of_answered(
    viewer: Viewer, language: str, user_id: int, cursor: Cursor | None
) -> Page[QuestionRow]:
    """Return a page of questions the person answered, newest answer first."""
    statement = (
        _select_answers(viewer, user_id, Post.created_at)
        .where(before(cursor, Post.created_at, Post.id))
        .order_by(Post.created_at.desc(), Post.id.desc())
    )
    return _page_of_their_questions(viewer, language, statement)


def page_of_solved(
    viewer: Viewer, language: str, user_id: int, cursor: Cursor | None
) -> Page[QuestionRow]:
    """Return a page of questions the person solved, newest acceptance first."""
    statement = (
        _select_answers(viewer, user_id, Acceptance.accepted_at)
        .join(Acceptance, Acceptance.answer_id == Post.id)
        .where(before(cursor, Acceptance.accepted_at, Post.id))
        .order_by(Acceptance.accepted_at.desc(), Post.id.desc())
    )
    return _page_of_their_questions(viewer, language, statement)


def _select_answers(viewer: Viewer, user_id: int, moment: Any) -> Select[Any]:
    root = aliased(Post)
    return (
        select(Post.id, Post.root_id, moment.label("moment"))
        .join(root, root.id == Post.root_id)
        .join(Board, Board.id == root.board_id)
        .where(_written_by(user_id, "answer"), root_is_visible(viewer, root))
        .limit(PAGE_SIZE + 1)
    )


def _written_by(user_id: int, kind: str) -> Any:
    return (Post.author_id == user_id) & (Post.kind == kind) & (Post.visibility == PUBLISHED)


def _page_of_their_questions(
    viewer: Viewer, language: str, answers: Select[Any]
) -> Page[QuestionRow]:
    page = page_of(db.session.execute(answers).all(), _moment_and_id)
    # A question answered twice stands once, at the newer answer's place.
    ids = list(dict.fromkeys(answer.root_id for answer in page.rows))
    found = load_rows(viewer, language, select_rows().where(Question.id.in_(ids))) if ids else []
    rows = sorted(found, key=lambda row: ids.index(row.id))
    add_tags(rows)
    return Page(rows, page.older)


def _moment_and_id(answer: Any) -> tuple[datetime, int]:
    return answer.moment, answer.id
