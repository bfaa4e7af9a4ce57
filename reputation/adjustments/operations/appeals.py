"""Appealing against a line, and answering: by somebody who had no part in it, once."""

from flask_babel import lazy_gettext as _l

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db, insert_ignoring_conflicts
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.core.settings import current_settings, site_zone
from community.events import PointsAppealAnswered
from community.identity.models import User
from reputation.adjustments.letters import send_rejected_letter
from reputation.adjustments.models import (
    APPEAL_MAX_CHARS,
    IN_REVIEW,
    OPENED,
    REASON_MAX_CHARS,
    REJECTED,
    PointsAppeal,
)
from reputation.adjustments.operations.adjustments import book_or_wait, draft_adjustment
from reputation.adjustments.policies import can_answer_appeal
from reputation.adjustments.queries.appeals import (
    find_appeal_of,
    get_appeal,
    get_own_entry,
    list_makers_of,
    lock_appeal,
)
from reputation.adjustments.working_days import end_of_working_day
from reputation.ledger.operations import lock_accounts


class AppealInvalid(Invalid):
    """The text, the answer or the amount cannot be taken."""


class AppealDecided(Conflict):
    """An answer is final."""

    message = _l("This appeal has been answered. The answer is final.")


class AppealNotTaken(Conflict):
    """Two people must not answer at once, so one of them takes it on first."""

    message = _l("Take this appeal on before you answer it. Somebody else may have done so.")


class AwaitsConfirmation(Conflict):
    """The correction lies above the limit and waits for a second person."""

    message = _l("A correction is proposed already and waits for a second person.")


def open_appeal(actor: User, entry_id: int, text: str) -> PointsAppeal:
    """Object to a line of one's own; the line's appeal stays the first one, however often sent.

    Raises ``NotFound`` for others' lines and ``AppealInvalid``.
    """
    entry = get_own_entry(actor, entry_id)
    words = text.strip()
    if not words or len(words) > APPEAL_MAX_CHARS or "\0" in words:
        raise AppealInvalid(errors={"text": _l("Say what is wrong, in up to 2,000 characters.")})
    lock_accounts([entry.user_id])
    now, settings = clock.now(), current_settings()
    due_at = end_of_working_day(
        now,
        settings.appeal_working_days,
        site_zone(),
        settings.holiday_dates,
    )
    new = insert_ignoring_conflicts(PointsAppeal).values(
        user_id=actor.id, entry_id=entry_id, text=words, state=OPENED, opened_at=now, due_at=due_at
    )
    db.session.execute(new)
    appeal = find_appeal_of(entry_id)
    assert appeal is not None
    return appeal


def take_appeal(actor: User, appeal_id: int) -> PointsAppeal:
    """Take an appeal on, from a colleague too; twice by the same person changes nothing."""
    appeal = _open_and_locked(actor, appeal_id)
    if appeal.taken_by_id == actor.id:
        return appeal
    appeal.state, appeal.taken_by_id, appeal.taken_at = IN_REVIEW, actor.id, clock.now()
    db.session.flush()
    after = {"appeal": appeal.id, "entry": appeal.entry_id}
    record(actor, Action.APPEAL_TAKEN, subject=("user", appeal.user_id), after=after)
    return appeal


def _open_and_locked(actor: User, appeal_id: int) -> PointsAppeal:
    row = get_appeal(actor, appeal_id)
    require(can_answer_appeal(actor, row.appeal, list_makers_of(row.entry)))
    lock_accounts([row.appeal.user_id])
    appeal = lock_appeal(appeal_id)
    if not appeal.is_open:
        raise AppealDecided()
    if appeal.adjustment_id is not None:
        raise AwaitsConfirmation()
    return appeal


def uphold_appeal(actor: User, appeal_id: int, *, amount: int, answer: str) -> PointsAppeal:
    """Correct a line by an adjustment of the same points; above the limit a second person confirms.

    Raises ``AppealNotTaken``, ``AppealDecided``, ``AwaitsConfirmation``, and what
    ``propose_adjustment`` raises.
    """
    appeal = _mine(actor, appeal_id)
    words = _answer(answer, REASON_MAX_CHARS)
    entry = get_appeal(actor, appeal_id).entry
    adjustment = draft_adjustment(
        actor, appeal.user_id, currency=entry.currency, amount=amount, reason=words
    )
    appeal.adjustment_id, appeal.answer = adjustment.id, words
    db.session.flush()
    book_or_wait(actor, adjustment)
    return appeal


def reject_appeal(actor: User, appeal_id: int, *, answer: str) -> PointsAppeal:
    """Leave a line as it is and say why; that is final.

    Raises ``AppealNotTaken``, ``AppealDecided``, ``AwaitsConfirmation`` and ``ReasonUnfit``.
    """
    appeal = _mine(actor, appeal_id)
    appeal.answer, appeal.state = _answer(answer, APPEAL_MAX_CHARS), REJECTED
    appeal.decided_by_id, appeal.decided_at = actor.id, clock.now()
    db.session.flush()
    after = {"appeal": appeal.id, "entry": appeal.entry_id}
    record(actor, Action.APPEAL_REJECTED, subject=("user", appeal.user_id), after=after)
    emit(PointsAppealAnswered(appeal.user_id, appeal.entry_id, is_upheld=False))
    send_rejected_letter(db.session.get_one(User, appeal.user_id), appeal)
    return appeal


def _mine(actor: User, appeal_id: int) -> PointsAppeal:
    appeal = _open_and_locked(actor, appeal_id)
    if appeal.taken_by_id != actor.id:
        raise AppealNotTaken()
    return appeal


def _answer(answer: str, longest: int) -> str:
    missing = _l("Say why, in up to %(longest)s characters. The member reads it.", longest=longest)
    return fit_reason(answer, field="answer", longest=longest, missing=missing)
