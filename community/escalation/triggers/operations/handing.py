"""Handing questions over to the support team: by a rule, by hand, or because the asker calls."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community.core import clock
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import db
from community.core.errors import Conflict, NotAllowed
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.escalation.calendars.business_time import NeverOpen
from community.escalation.cases.models import (
    INTERNAL,
    OUT,
    CaseMessage,
    Escalation,
    SupportCase,
)
from community.escalation.cases.operations.opening import open_case
from community.escalation.sla.operations.clocks import note_customer_message
from community.escalation.triggers.due import Rule, wait_ends
from community.escalation.triggers.models import DANGER, DATA_LEAK
from community.escalation.triggers.policies import can_call_agent, can_call_team, can_hand_over
from community.escalation.triggers.queries.rules import get_rule
from community.escalation.triggers.queries.waiting import (
    UNANSWERED,
    get_hours_of_board,
    tags_of,
)
from community.events.support import DirectLineAnswered
from community.identity.models import User
from community.posts.policies import is_author
from community.questions.models import Question

BY_HAND, BY_ASKER = "by_hand", "by_asker"
# A superuser calls an agent. What is high is answered within four business hours, unless the site
# has agreed upon something else. Source: product row F4, rules 2.7.
DIRECT_LINE = "direct_line"
STILL_UNSOLVED, ME_TOO = "still_unsolved", "me_too"
# Whatever else a question is: these come first.
URGENT_TRIGGERS = (DANGER, DATA_LEAK)
ORDINARY_TRIGGERS = (UNANSWERED, BY_HAND, BY_ASKER)
REASON_MIN_CHARS, REASON_MAX_CHARS = 5, 500


class WaitNotOver(NotAllowed):
    """The asker has not waited as long as the board's members are given to answer."""

    message = _l("Others still have time to answer. You can call the support team after that.")


class LineUsed(Conflict):
    """An agent was called to this question before."""

    message = _l("The support team was called here before, and can be called once a question.")


def hand_over(
    actor: Viewer, question: Question, trigger: str, *, occurrence: int = 1, reason: str = ""
) -> SupportCase:
    """Hand a locked question over; the same trigger and occurrence a second time does nothing."""
    return open_case(
        actor,
        trigger=trigger,
        occurrence=occurrence,
        reason=reason,
        question_id=question.id,
        subject=question.title,
        language=question.language,
        priority=_priority(trigger, get_rule(question.board_id), tags_of(question.id)),
    )


def hand_over_unanswered(question: Question) -> SupportCase:
    """Hand a locked question over because nobody else has answered it in time."""
    return hand_over(SYSTEM, question, UNANSWERED)


def _priority(trigger: str, rule: Rule, tags: Collection[str]) -> str:
    if trigger in URGENT_TRIGGERS or rule.makes_urgent(tags):
        return "urgent"
    return "normal" if trigger in ORDINARY_TRIGGERS else "high"


def hand_over_by_hand(actor: User, question: Question, reason: str) -> SupportCase:
    """Hand a locked question over, or call the team for one's own after the wait.

    Raises ``NotAllowed``, ``WaitNotOver``, ``ReasonUnfit``.
    """
    if _comes_as_asker(actor, question):
        waited = has_waited(question)
        require(can_call_team(actor, question, waited=True))
        if not waited:
            raise WaitNotOver()
        trigger = BY_ASKER
    else:
        require(can_hand_over(actor, question))
        trigger = BY_HAND
    reason = _fit_reason(reason)
    occurrence = 1 + _count_escalations(question.id, trigger)
    return hand_over(actor, question, trigger, occurrence=occurrence, reason=reason)


def call_agent(actor: User, question: Question, reason: str) -> SupportCase:
    """Call an agent to a locked question, as a superuser and once; the team owes an answer soon.

    Raises ``NotAllowed``, ``LineUsed``, ``ReasonUnfit``.
    """
    require(can_call_agent(actor, question))
    if is_line_used(question.id):
        raise LineUsed()
    reason = _fit_reason(reason)
    case = hand_over(actor, question, DIRECT_LINE, reason=reason)
    # Where the team has answered the customer already, it owes a next answer from now on.
    note_customer_message(case.id, clock.now())
    return case


def is_line_used(question_id: int) -> bool:
    """Say whether an agent was called to a question."""
    return _count_escalations(question_id, DIRECT_LINE) > 0


def tell_caller(case_id: int, message_id: int) -> None:
    """Tell whoever called an agent that the team has written for the first time since (task)."""
    call = db.session.scalar(
        select(Escalation).where(Escalation.case_id == case_id, Escalation.trigger == DIRECT_LINE)
    )
    if call is None or call.actor_id is None or call.question_id is None:
        return
    since = select(func.min(CaseMessage.id)).where(
        CaseMessage.case_id == case_id,
        CaseMessage.direction == OUT,
        CaseMessage.kind != INTERNAL,
        CaseMessage.sent_at >= call.at,
    )
    if db.session.scalar(since) == message_id:
        emit(DirectLineAnswered(case_id, call.question_id, call.actor_id))


def _comes_as_asker(actor: User, question: Question) -> bool:
    return is_author(actor, question) and not can_hand_over(actor, question)


def has_waited(question: Question) -> bool:
    """Say whether a question has waited as long as members are given to answer it."""
    rule, hours = get_rule(question.board_id), get_hours_of_board(question.board_id)
    try:
        ends = wait_ends(question.asked_at, rule, tags_of(question.id), hours)
    except NeverOpen:
        return False
    return clock.now() >= ends


def _count_escalations(question_id: int, trigger: str) -> int:
    same = Escalation.question_id == question_id, Escalation.trigger == trigger
    return db.session.scalars(select(func.count(Escalation.id)).where(*same)).one()


def _fit_reason(reason: str) -> str:
    missing = _l("A few more words, please: at least %(num)s characters.", num=REASON_MIN_CHARS)
    return fit_reason(reason, shortest=REASON_MIN_CHARS, longest=REASON_MAX_CHARS, missing=missing)
