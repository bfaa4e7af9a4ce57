"""Changes search owns: which questions wait to be indexed, and what came of suggestions."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, tuple_, update

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db, insert_ignoring_conflicts
from community.posts.text import TITLE_MAX_CHARS
from community.search.models import Deflection, IndexRequest

CONSIDERED_HOURS = 1


def request_indexing(question_id: int) -> None:
    """Note that a question's entry in the index is out of date."""
    token, now = secrets.token_hex(16), clock.now()
    renewed = db.session.execute(
        update(IndexRequest)
        .where(IndexRequest.question_id == question_id)
        .values(token=token, requested_at=now)
    )
    if not renewed.rowcount:  # type: ignore[attr-defined]
        db.session.execute(
            insert_ignoring_conflicts(IndexRequest).values(
                question_id=question_id, token=token, requested_at=now
            )
        )


def end_requests(written: Iterable[tuple[int, str]]) -> None:
    """Remove requests that were carried out; one renewed meanwhile has another token and stays."""
    pairs = list(written)
    if pairs:
        key = tuple_(IndexRequest.question_id, IndexRequest.token)
        db.session.execute(delete_rows(IndexRequest).where(key.in_(pairs)))


def log_opened(viewer: Viewer, question_id: int, typed: str) -> None:
    """Note that somebody about to ask opened a suggestion; again within the hour adds nothing."""
    if _recent(viewer, question_id, ("opened", "solved")) is None:
        _log(viewer, question_id, typed, "opened")


def log_solved(viewer: Viewer, question_id: int, typed: str) -> None:
    """Note that a suggestion solved the matter: a deflection, once an hour."""
    recent = _recent(viewer, question_id, ("opened", "solved"))
    if recent is None:
        _log(viewer, question_id, typed, "solved")
    elif recent.outcome == "opened":
        recent.outcome = "solved"


def attach_considered(question_id: int, asker_id: int, asked_at: datetime) -> None:
    """Let what the asker opened shortly before asking go with the question, as not helpful."""
    db.session.execute(
        update(Deflection)
        .where(
            Deflection.user_id == asker_id,
            Deflection.outcome == "opened",
            Deflection.asked_question_id.is_(None),
            Deflection.question_id != question_id,
            Deflection.created_at > asked_at - timedelta(hours=CONSIDERED_HOURS),
            Deflection.created_at <= asked_at,
        )
        .values(outcome="rejected", asked_question_id=question_id)
    )


def _recent(viewer: Viewer, question_id: int, outcomes: tuple[str, ...]) -> Deflection | None:
    """Return a member's last click on this suggestion; guests cannot be told apart."""
    if viewer.viewer_id is None:
        return None
    return db.session.scalar(
        select(Deflection)
        .where(
            Deflection.user_id == viewer.viewer_id,
            Deflection.question_id == question_id,
            Deflection.outcome.in_(outcomes),
            Deflection.created_at > clock.now() - timedelta(hours=CONSIDERED_HOURS),
        )
        .order_by(Deflection.id.desc())
        .limit(1)
    )


def _log(viewer: Viewer, question_id: int, typed: str, outcome: str) -> None:
    db.session.add(
        Deflection(
            question_id=question_id,
            user_id=viewer.viewer_id,
            typed=typed[:TITLE_MAX_CHARS],
            outcome=outcome,
        )
    )
