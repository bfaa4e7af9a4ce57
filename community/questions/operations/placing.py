"""Pinning, slow mode and moving to another board; the question's row is locked by the caller.

Locks and slow mode may have an end, at which a task lifts them.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from community.boards.models import Board
from community.boards.policies import can_see_board
from community.boards.queries import group_ids_of
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import db
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.core.settings import site_zone
from community.core.spans import DAY, span_from
from community.events import PostRegrouped, PostVisibilityChanged
from community.identity.models import User
from community.posts.models import Post
from community.questions.errors import UnfitEnd, UnfitPause, UnfitPin, UnknownBoard
from community.questions.models import Lock, Pin, Question
from community.questions.operations.questions import lock_question, unlock_by
from community.questions.policies import (
    can_move_between,
    can_move_question,
    can_pin_everywhere,
    can_pin_question,
    can_slow_question,
)
from community.questions.status import settle

ON_BOARD, ON_SITE = "board", "site"
PINNED_AT_MOST = timedelta(days=366)
PAUSES_MINUTES = (1, 5, 15, 60, 240, 1440)
# What the log says of an end that was set beforehand.
TIME_IS_UP = "the time set for it is up"


def pin_question(
    actor: User, question: Question, *, scope: str, last_day: date, reason: str
) -> None:
    """Let a question stand first until a day of the site's zone has passed; anew, it replaces.

    Raises ``NotAllowed``, ``ReasonUnfit``, ``UnfitPin``.
    """
    require(can_pin_question(actor, question))
    require(scope == ON_BOARD or can_pin_everywhere(actor))
    reason = fit_reason(reason)
    until = _end_of(last_day)
    if scope not in (ON_BOARD, ON_SITE) or not _is_ahead(until):
        raise UnfitPin(errors={"until": UnfitPin.message})
    before = _pin_of(question)
    after = {"scope": scope, "until": until.isoformat()}
    if before is not None and _facts(before) == after:
        return
    _drop_pin(question)
    db.session.add(Pin(question_id=question.id, scope=scope, until=until, pinned_by_id=actor.id))
    db.session.flush()
    record(
        actor,
        Action.QUESTION_PINNED,
        subject=("post", question.id),
        before=_facts(before) if before else None,
        after=after,
        reason=reason,
    )


def end_after(last_day: date | None) -> datetime | None:
    """Return when something ends that lasts through a day of the site's zone; None: it has no end.

    Raises ``UnfitEnd``.
    """
    if last_day is None:
        return None
    until = _end_of(last_day)
    if not _is_ahead(until):
        raise UnfitEnd(errors={"until": UnfitEnd.message})
    return until


def _end_of(last_day: date) -> datetime:
    return span_from(DAY, last_day, site_zone()).ends_at


def _is_ahead(until: datetime) -> bool:
    now = clock.now()
    return now < until <= now + PINNED_AT_MOST


def _pin_of(question: Question) -> Pin | None:
    return db.session.scalar(select(Pin).where(Pin.question_id == question.id))


def _facts(pin: Pin) -> dict[str, str]:
    return {"scope": pin.scope, "until": pin.until.isoformat()}


def _drop_pin(question: Question) -> None:
    db.session.execute(delete(Pin).where(Pin.question_id == question.id))


def unpin_question(actor: User, question: Question, reason: str) -> None:
    """Let a question stand among the others again; twice changes nothing.

    Raises ``NotAllowed``, ``ReasonUnfit``.
    """
    require(can_pin_question(actor, question))
    reason = fit_reason(reason)
    pin = _pin_of(question)
    if pin is None:
        return
    require(pin.scope == ON_BOARD or can_pin_everywhere(actor))
    _drop_pin(question)
    record(
        actor,
        Action.QUESTION_UNPINNED,
        subject=("post", question.id),
        before=_facts(pin),
        reason=reason,
    )


def slow_question(
    actor: User,
    question: Question,
    *,
    minutes: int,
    reason: str,
    until: datetime | None = None,
) -> None:
    """Let every member wait so long between two posts on a question, perhaps until an instant.

    Again changes nothing. Raises ``NotAllowed``, ``ReasonUnfit``, ``UnfitPause``.
    """
    require(can_slow_question(actor, question))
    reason = fit_reason(reason)
    if minutes not in PAUSES_MINUTES:
        raise UnfitPause(errors={"minutes": UnfitPause.message})
    before = _pause_of(question)
    question.slow_minutes, question.slow_until = minutes, until
    if before == _pause_of(question):
        return
    db.session.flush()
    record(
        actor,
        Action.QUESTION_SLOWED,
        subject=("post", question.id),
        before=before,
        after=_pause_of(question),
        reason=reason,
    )


def _pause_of(question: Question) -> dict[str, Any]:
    until = question.slow_until
    ends = {"until": until.isoformat()} if until else {}
    return {"minutes": question.slow_minutes, **ends}


def unslow_question(actor: User, question: Question, reason: str) -> None:
    """Turn slow mode off; twice changes nothing. Raises ``NotAllowed``, ``ReasonUnfit``."""
    require(can_slow_question(actor, question))
    _unslow_by(actor, question, fit_reason(reason))


def _unslow_by(actor: Viewer, question: Question, reason: str) -> None:
    if question.slow_minutes is None:
        return
    before = _pause_of(question)
    question.slow_minutes = question.slow_until = None
    db.session.flush()
    record(
        actor,
        Action.QUESTION_UNSLOWED,
        subject=("post", question.id),
        before=before,
        reason=reason,
    )


def end_locks_and_pauses() -> None:
    """Open what was locked until now, and end slow mode that was to end now (periodic)."""
    now = clock.now()
    locked = select(Lock.question_id).where(Lock.until <= now)
    slowed = select(Question.id).where(Question.slow_until <= now)
    for question_id in sorted({*db.session.scalars(locked), *db.session.scalars(slowed)}):
        question = lock_question(question_id)
        # Both may have been changed by somebody while we waited for the row.
        if db.session.scalar(locked.where(Lock.question_id == question_id)) is not None:
            unlock_by(SYSTEM, question, TIME_IS_UP)
        if question.slow_until is not None and question.slow_until <= now:
            _unslow_by(SYSTEM, question, TIME_IS_UP)


def move_question(actor: User, question: Question, target: Board | None, reason: str) -> None:
    """Move a question with all below it to another board, whose readers see it from now on.

    The mover sees both boards. Raises ``NotAllowed``, ``ReasonUnfit``, ``UnknownBoard``.
    """
    require(can_move_question(actor, question))
    reason = fit_reason(reason)
    board = db.session.get_one(Board, question.board_id)
    if target is None or not can_see_board(actor, target, group_ids_of(target)):
        raise UnknownBoard(errors={"board": UnknownBoard.message})
    if target.id == board.id:
        return
    require(can_move_between(actor, board, target))
    put_on_board(question, target.id)
    record(
        actor,
        Action.QUESTION_MOVED,
        subject=("post", question.id),
        before={"board_id": board.id},
        after={"board_id": target.id},
        reason=reason,
    )
    emit(PostVisibilityChanged(question.id, question.id, actor.id, question.visibility))
    emit(PostRegrouped(question.id, question.author_id, actor.id, "board"))


def put_on_board(question: Question, board_id: int) -> None:
    """Carry a question, all below it and what it counts for over to another board."""
    with settle(question):
        question.board_id = question.place_id = board_id
        db.session.execute(
            update(Post)
            .where(Post.root_id == question.id, Post.id != question.id)
            .values(board_id=board_id)
        )
