"""Where an old address leads."""

from typing import NamedTuple

from sqlalchemy import select

from community.boards.models import Board
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.importers.models import ImportedRecord
from community.posts.visibility import root_is_visible
from community.questions.models import Question


class QuestionAddress(NamedTuple):
    """What a question's address is made of."""

    id: int
    slug: str


def get_imported_question(viewer: Viewer, source: str, source_id: str) -> QuestionAddress:
    """Return the address of a question by its source's id.

    Raises ``NotFound`` also where the viewer may not see it.
    """
    found = db.session.execute(
        select(Question.id, Question.slug)
        .join(ImportedRecord, ImportedRecord.post_id == Question.id)
        .join(Board, Board.id == Question.board_id)
        .where(
            ImportedRecord.source == source,
            ImportedRecord.kind == "question",
            ImportedRecord.source_id == source_id,
            root_is_visible(viewer, Question),
        )
    ).one_or_none()
    if found is None:
        raise NotFound()
    return QuestionAddress(*found)
