"""Reads of texts that are to be published."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from community.boards.models import Board
from community.boards.policies import can_ask_on_board
from community.boards.queries import group_ids_of, list_boards
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.escalation.cases.models import IN, PRIVATE, CaseMessage, SupportCase
from community.escalation.publishing.models import Publication
from community.identity.models import User


def get_publication(publication_id: int) -> tuple[Publication, SupportCase]:
    """Return a text and its case; raises ``NotFound``."""
    return _one(Publication.id == publication_id)


def get_own_publication(viewer: Viewer, case_id: int) -> tuple[Publication, SupportCase]:
    """Return the newest text out of one's own case; raises ``NotFound`` also before there is one.

    Whoever calls has made sure that the case is the viewer's.
    """
    mine = Publication.customer_id == (viewer.viewer_id or 0)
    newest = select(Publication.id).where(Publication.case_id == case_id, mine)
    found = db.session.scalar(newest.order_by(Publication.id.desc()).limit(1))
    return _one(Publication.id == (found or 0))


def list_publications(case_id: int) -> Sequence[Publication]:
    """Return all texts that the customer of a case was asked about, newest first."""
    of_case = select(Publication).where(Publication.case_id == case_id)
    return db.session.scalars(of_case.order_by(Publication.id.desc())).all()


def was_asked_to_publish(case_id: int) -> bool:
    """Say whether the customer of a case was ever asked."""
    asked = select(Publication.id).where(Publication.case_id == case_id)
    return db.session.scalar(asked.limit(1)) is not None


def first_words_of(case: SupportCase) -> str:
    """Return what the customer wrote first in private; "" if nothing is kept."""
    words = select(CaseMessage.body).where(
        CaseMessage.case_id == case.id, CaseMessage.kind == PRIVATE, CaseMessage.direction == IN
    )
    return db.session.scalar(words.order_by(CaseMessage.id).limit(1)) or ""


def list_fit_boards(actor: Viewer, customer: User | None) -> Sequence[Board]:
    """Return where a case can be published: where agent and customer may ask.

    For a stranger these are the boards that everybody reads.
    """
    return [board for board in list_boards(actor) if is_fit_board(customer, board)]


def is_fit_board(customer: User | None, board: Board) -> bool:
    """Say whether the customer reads what is asked on a board, and may ask there."""
    if customer is None:
        return board.audience == "public"
    return can_ask_on_board(customer, board, group_ids_of(board))


def _one(condition: ColumnElement[bool]) -> tuple[Publication, SupportCase]:
    found = db.session.execute(
        select(Publication, SupportCase)
        .join(SupportCase, SupportCase.id == Publication.case_id)
        .where(condition)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]
