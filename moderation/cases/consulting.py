"""What moderators write to each other about a case, and handing one over to the administrators.

What is typed here stands in ``case_notes`` alone: an erasure can take names out of these, and
nothing can be taken out of the audit log.
"""

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db, lock_row
from community.core.errors import Invalid
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.events.reports import CaseEscalated, CaseNoted
from community.identity.models import User
from moderation.cases.models import (
    CLAIMED,
    HIGHEST_PRIORITY,
    NOTE_MAX_CHARS,
    OPEN,
    UNDECIDED,
    CaseNote,
    ModerationCase,
)
from moderation.cases.operations import CaseDone, CaseNotClaimed, change_case, require_judge
from moderation.cases.policies import can_escalate_case
from moderation.cases.queries import board_id_of, list_judge_ids, list_subject_ids

NOTE, HANDOVER = "note", "handover"


class NoteUnfit(Invalid):
    """A note is some words, to everybody or to somebody who may decide the case as well."""

    message = _l("Write a note.")


def add_case_note(actor: User, case: ModerationCase, note: str, to_id: int | None = None) -> None:
    """Write something to whoever may decide a case; who is named is told of it.

    Whose case it is stays as it is. The same note again changes nothing. Raises ``ReasonUnfit``,
    ``NoteUnfit`` (to whom), ``NotAllowed``.
    """
    require_judge(actor, case)
    text = _tidy(note, "message")
    if to_id is not None and (to_id == actor.id or to_id not in list_judge_ids(case)):
        raise NoteUnfit(errors={"to": _l("Choose a colleague who may decide this case.")})
    db.session.execute(lock_row(select(ModerationCase.id).where(ModerationCase.id == case.id)))
    newest = db.session.scalar(
        select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.id.desc()).limit(1)
    )
    if newest and (newest.author_id, newest.to_id, newest.note) == (actor.id, to_id, text):
        return
    _keep(actor, case, NOTE, text, to_id)
    if to_id is not None:
        emit(CaseNoted(case.id, to_id, actor.id))


def escalate_case(actor: User, case: ModerationCase, note: str) -> None:
    """Leave a claimed case to the administrators, to whom it then shows first.

    Raises ``ReasonUnfit``, ``NotAllowed``, ``CaseNotClaimed``, ``CaseDone``.
    """
    allowed = can_escalate_case(actor, list_subject_ids(case.id), board_id=board_id_of(case))
    require(allowed)
    text, now = _tidy(note, "handover"), clock.now()
    claimed = and_(
        ModerationCase.state == CLAIMED,
        ModerationCase.claimed_by_id == actor.id,
        ModerationCase.claimed_until > now,
    )
    new = {
        "state": OPEN,
        "claimed_by_id": None,
        "claimed_until": None,
        "escalated_at": now,
        "priority": HIGHEST_PRIORITY,
    }
    if not change_case(case, claimed, new):
        raise CaseNotClaimed() if case.state in UNDECIDED else CaseDone()
    _keep(actor, case, HANDOVER, text, None)
    for user_id in list_judge_ids(case):
        emit(CaseEscalated(case.id, user_id, actor.id))


def _tidy(note: str, field: str) -> str:
    return fit_reason(note, field=field, longest=NOTE_MAX_CHARS, missing=NoteUnfit.message)


def _keep(actor: User, case: ModerationCase, kind: str, text: str, to_id: int | None) -> None:
    row = CaseNote(case_id=case.id, kind=kind, author_id=actor.id, to_id=to_id, note=text)
    db.session.add(row)
    db.session.flush()
    action = Action.CASE_ESCALATED if kind == HANDOVER else Action.CASE_NOTED
    after = {"note": row.id} if to_id is None else {"note": row.id, "to": to_id}
    record(actor, action, subject=("case", case.id), after=after)
