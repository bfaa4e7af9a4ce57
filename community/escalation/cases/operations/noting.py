"""What every change of a case leaves behind: its new state, a step in its history, an event."""

from datetime import datetime

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.core.jobs import emit
from community.escalation.cases.models import (
    CLOSED,
    IN,
    INTERNAL,
    ON_HOLD,
    PENDING,
    SOLVED,
    CaseMessage,
    CaseStep,
    SupportCase,
)
from community.escalation.sla.models import CaseFacts
from community.escalation.sla.operations.clocks import (
    note_customer_message,
    note_staff_reply,
    pause_clocks,
    resume_clocks,
    stop_clocks,
)
from community.events.support import CaseMessageAdded, CaseStateChanged, CustomerReplied


def note_step(case: SupportCase, what: str, actor: Viewer) -> None:
    """Write a line into the history of a case."""
    db.session.add(
        CaseStep(
            case_id=case.id,
            what=what,
            actor_id=actor.viewer_id,
            owner_id=case.owner_id,
            at=clock.now(),
        )
    )
    db.session.flush()


def change_state(case: SupportCase, state: str, actor: Viewer) -> None:
    """Bring a locked case into another state; into the same one changes nothing."""
    former = case.state
    if former == state:
        return
    case.state = state
    note_step(case, state, actor)
    _turn_clocks(case)
    emit(CaseStateChanged(case.id, state, former, actor.viewer_id))


def _turn_clocks(case: SupportCase) -> None:
    """Let the clocks of a case stand still, run or end, as its new state says.

    Handed back to the community it is still owed an answer, so they run on.
    """
    now = clock.now()
    db.session.flush()
    if case.state == PENDING:
        pause_clocks(case.id, "customer", now)
    elif case.state == ON_HOLD:
        pause_clocks(case.id, "third_party", now)
    elif case.state in (SOLVED, CLOSED):
        stop_clocks(case.id, now, case.outcome or CLOSED)
    else:
        resume_clocks(case.id, now)


def facts_of(case: SupportCase) -> CaseFacts:
    """Return what of a case chooses its deadlines."""
    return CaseFacts(
        case_id=case.id,
        team_id=case.team_id,
        board_id=case.board_id,
        priority=case.priority,
        language=case.language,
        channel=case.channel,
    )


def note_message(case: SupportCase, message: CaseMessage, *, actor_id: int | None) -> CaseMessage:
    """Add something said to a locked case and tell whoever listens."""
    now = clock.now()
    message.case_id, message.sent_at = case.id, now
    db.session.add(message)
    if message.kind != INTERNAL:
        _note_time(case, message.direction, now)
    db.session.flush()
    emit(
        CaseMessageAdded(
            case.id, message.id, message.kind, message.direction, case.requester_id, actor_id
        )
    )
    if message.direction == IN and case.owner_id is not None:
        emit(CustomerReplied(case.id, case.owner_id))
    return message


def _note_time(case: SupportCase, direction: str, now: datetime) -> None:
    if direction == IN:
        case.customer_at = now
        note_customer_message(case.id, now)
    else:
        case.staff_at = now
        note_staff_reply(case.id, now)
