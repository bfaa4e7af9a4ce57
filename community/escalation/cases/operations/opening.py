"""Opening support cases: once per question, trigger and occurrence, whoever comes twice."""

from dataclasses import dataclass

from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.db import db, lock_row
from community.core.jobs import emit
from community.escalation.cases.models import (
    CLOSED,
    IN,
    NEW,
    OPEN,
    PRIVATE,
    REASON_MAX_CHARS,
    RETURNED,
    SOLVED,
    SUBJECT_MAX_CHARS,
    CaseMessage,
    Escalation,
    SupportCase,
)
from community.escalation.cases.operations.noting import (
    change_state,
    facts_of,
    note_message,
    note_step,
)
from community.escalation.sla.models import PRIORITIES
from community.escalation.sla.operations.clocks import reconsider, start_clocks
from community.escalation.teams.operations import team_for
from community.events.support import CaseOpened
from community.identity.operations.stand_in import is_stand_in
from community.posts.operations import rendered_columns
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.support import hand_to_support


@dataclass(frozen=True)
class _Cause:
    """Why a case is opened, and by whom."""

    actor: Viewer
    trigger: str
    occurrence: int
    reason: str


def open_case(
    actor: Viewer,
    *,
    trigger: str,
    subject: str,
    language: str,
    priority: str = "normal",
    reason: str = "",
    occurrence: int = 1,
    question_id: int | None = None,
    requester_id: int | None = None,
    requester_email: str | None = None,
    board_id: int | None = None,
    channel: str = "question",
    body: str | None = None,
    message_id: str | None = None,
) -> SupportCase:
    """Hand a question, or something private, to the support team; return its case.

    Whoever calls has made sure that the actor may. Locks the question's row. A question whose case
    is not closed keeps that one: it is noted why it came up again, and it is opened where it was
    solved or returned. The same trigger and occurrence a second time changes nothing. ``body`` is
    the customer's own private words, ``message_id`` their mail's.
    """
    cause = _Cause(actor, trigger, occurrence, reason[:REASON_MAX_CHARS])
    question = None if question_id is None else lock_question(question_id)
    present = None if question is None else _present_case(question, cause, priority)
    if present is not None:
        return present
    if question is not None:
        board_id = question.board_id
        requester_id, requester_email = _asker_of(question)
    case = SupportCase(
        question_id=question_id,
        board_id=board_id,
        requester_id=requester_id,
        requester_email=requester_email if requester_id is None else None,
        subject=subject[:SUBJECT_MAX_CHARS],
        priority=priority,
        language=language,
        channel=channel,
    )
    _start(case, question, cause)
    if body is not None:
        _add_first_words(case, body, message_id)
    return case


def _asker_of(question: Question) -> tuple[int | None, str | None]:
    """Return who asked, and the address of a stranger; also of what they let be asked unnamed."""
    if is_stand_in(question.author_id):
        earlier = select(SupportCase).where(SupportCase.question_id == question.id)
        case = db.session.scalar(earlier.order_by(SupportCase.id.desc()).limit(1))
        if case is not None:
            return case.requester_id, case.requester_email
    return question.author_id, None


def _start(case: SupportCase, question: Question | None, cause: _Cause) -> None:
    """Give a new case to its team, write down why it was opened, and tell whoever listens."""
    case.state, case.team_id = NEW, team_for(case.board_id).id
    case.opened_at = case.customer_at = clock.now()
    db.session.add(case)
    db.session.flush()
    _note_escalation(case, cause)
    note_step(case, "opened", cause.actor)
    start_clocks(facts_of(case), case.opened_at)
    after = {"trigger": cause.trigger, "question_id": case.question_id, "priority": case.priority}
    record(
        cause.actor,
        Action.SUPPORT_CASE_OPENED,
        subject=("support_case", case.id),
        after=after,
        reason=cause.reason,
    )
    if question is not None:
        hand_to_support(question)
    emit(
        CaseOpened(
            case.id, cause.trigger, case.question_id, case.requester_id, cause.actor.viewer_id
        )
    )


def _present_case(question: Question, cause: _Cause, priority: str) -> SupportCase | None:
    """Return the case a question has, with this cause noted; None if it needs a new one.

    It becomes more pressing where this cause is, never less.
    """
    same = select(Escalation.case_id).where(
        Escalation.question_id == question.id,
        Escalation.trigger == cause.trigger,
        Escalation.occurrence == cause.occurrence,
    )
    known_id = db.session.scalar(same)
    if known_id is not None:
        return db.session.get_one(SupportCase, known_id)
    live = select(SupportCase).where(
        SupportCase.question_id == question.id, SupportCase.state != CLOSED
    )
    case = db.session.scalar(lock_row(live).execution_options(populate_existing=True))
    if case is not None:
        _note_escalation(case, cause)
        note_step(case, "escalated", cause.actor)
        if PRIORITIES.index(priority) < PRIORITIES.index(case.priority):
            case.priority = priority
            reconsider(facts_of(case), clock.now())
        if case.state in (SOLVED, RETURNED):
            change_state(case, OPEN, cause.actor)
            hand_to_support(question)
    return case


def _note_escalation(case: SupportCase, cause: _Cause) -> None:
    db.session.add(
        Escalation(
            case_id=case.id,
            question_id=case.question_id,
            trigger=cause.trigger,
            occurrence=cause.occurrence,
            reason=cause.reason,
            actor_id=cause.actor.viewer_id,
            at=clock.now(),
        )
    )
    db.session.flush()


def _add_first_words(case: SupportCase, body: str, message_id: str | None) -> None:
    note_message(
        case,
        CaseMessage(
            author_id=case.requester_id,
            kind=PRIVATE,
            direction=IN,
            message_id=message_id,
            **rendered_columns(body),
        ),
        actor_id=case.requester_id,
    )
