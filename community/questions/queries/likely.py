"""Answers that seem to have solved their question, for those who may confirm that."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import aliased

from community.boards.models import Board
from community.core import clock, markup
from community.core.authz import Viewer, require
from community.core.db import AnyRow, db
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.visibility import root_is_visible
from community.questions.models import Answer, LikelySolution, Question
from community.questions.policies import can_confirm_on, can_see_likely_solutions


@dataclass(frozen=True, slots=True)
class LikelyRow:
    """A question with the answer that seems to have solved it, and what says so."""

    answer_id: int
    due_at: datetime
    asker_thanked: bool
    kudos_count: int
    html: Markup
    answered_at: datetime
    question_id: int
    slug: str
    title: str
    language: str
    helper: Person


def page_of_likely(viewer: Viewer, cursor: Cursor | None = None) -> Page[LikelyRow]:
    """Return what waits for somebody's word, the newest first, in one query.

    It is read from the index of what is due: its cost does not grow with the questions there are.
    """
    require(can_see_likely_solutions(viewer))
    answer = aliased(Answer, flat=True)
    statement = (
        select(
            LikelySolution.answer_id,
            LikelySolution.due_at,
            LikelySolution.asker_thanked,
            answer.kudos_count,
            answer.html,
            answer.created_at,
            Question.id,
            Question.slug,
            Question.title,
            answer.language,
            *person_columns(),
        )
        .join(answer, answer.id == LikelySolution.answer_id)
        .join(Question, Question.id == answer.root_id)
        .join(Board, Board.id == Question.place_id)
        .join(User, User.id == answer.author_id)
        .where(
            LikelySolution.due_at <= clock.now(),
            before(cursor, LikelySolution.due_at, LikelySolution.answer_id),
            root_is_visible(viewer, Question),
            answer.visibility == "published",
            Question.status == "answered",
            Question.is_locked.is_(False),
            Question.author_id != viewer.viewer_id,
            answer.author_id != viewer.viewer_id,
            _boards_of(viewer),
        )
        .order_by(LikelySolution.due_at.desc(), LikelySolution.answer_id.desc())
        .limit(PAGE_SIZE + 1)
        .with_hint(
            LikelySolution.__table__, "INDEXED BY ix_likely_solutions_due_at", dialect_name="sqlite"
        )
    )
    rows = [_row(found) for found in db.session.execute(statement)]
    return page_of(rows, lambda row: (row.due_at, row.answer_id))


def _boards_of(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for questions on boards where the viewer may confirm."""
    if can_confirm_on(viewer, None):
        return true()
    return Question.place_id.in_(
        [board for board in viewer.board_roles if can_confirm_on(viewer, board)]
    )


def _row(found: AnyRow) -> LikelyRow:
    *signs, html, answered_at, question_id, slug, title, language = found[:-PERSON_WIDTH]
    helper = Person(*found[-PERSON_WIDTH:])
    values = (*signs, markup.stored(html), answered_at, question_id, slug, title, language, helper)
    return LikelyRow(*values)
