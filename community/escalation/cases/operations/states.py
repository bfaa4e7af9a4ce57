"""From one state of a case to the next: wait, solve, open again, close, hand back.

Source: PRODUCT 2.7, 4.2. Each step is audited once; repeated, it changes nothing.
"""

from collections.abc import Collection
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer
from community.core.db import db
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.escalation.cases.errors import (
    NotBetweenYou,
    OwnerMissing,
    SolutionIncomplete,
    StepNotPossible,
)
from community.escalation.cases.models import (
    ANSWERED_BY_PEERS,
    CLOSED,
    CONTACT_REASONS,
    IN_HAND,
    ON_HOLD,
    OPEN,
    OUTCOMES,
    PENDING,
    REASON_MAX_CHARS,
    RETURNED,
    SOLVED,
    SPAM,
    SupportCase,
)
from community.escalation.cases.operations.locking import Locked, lock_case, lock_for_work
from community.escalation.cases.operations.noting import change_state
from community.escalation.cases.policies import can_close_for_peers, can_hand_back
from community.escalation.cases.queries.solutions import has_solution_of_peers
from community.events.support import CaseReturned, CaseSolved
from community.questions.models import Question
from community.questions.operations.support import (
    hand_to_support,
    put_in_spotlight,
    take_from_support,
)

CLOSED_PER_RUN = 200


def wait_for_customer(actor: Viewer, case_id: int) -> SupportCase:
    """Note that it is the customer's turn; the clocks of the solution stand still.

    Raises ``NotFound``, ``NotAllowed``, ``StepNotPossible``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    _move(actor, case, PENDING, allowed=IN_HAND)
    return case


def hold(actor: Viewer, case_id: int, reason: str) -> SupportCase:
    """Note that somebody else has to do something first; ``reason`` says who and what.

    Raises ``NotFound``, ``NotAllowed``, ``StepNotPossible``, ``ReasonUnfit``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    missing = _l("Say who has to do what first.")
    case.hold_reason = fit_reason(reason, longest=REASON_MAX_CHARS, missing=missing)
    _move(actor, case, ON_HOLD, allowed=IN_HAND)
    return case


def reopen(actor: Viewer, case_id: int) -> SupportCase:
    """Take a case in hand again that waited, was solved or was handed back.

    Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``.
    """
    locked = lock_for_work(actor, case_id)
    reopen_locked(actor, locked)
    return locked.case


def reopen_locked(actor: Viewer, locked: Locked) -> None:
    """Take a locked case in hand again; one that is, stays as it is."""
    case, question = locked
    if case.state not in (PENDING, ON_HOLD, RETURNED, SOLVED):
        return
    case.outcome = case.contact_reason = case.solved_at = None
    _move(actor, case, OPEN, allowed=(PENDING, ON_HOLD, RETURNED, SOLVED))
    if question is not None:
        hand_to_support(question)


def solve(actor: Viewer, case_id: int, *, outcome: str, contact_reason: str) -> SupportCase:
    """Call a case solved: it needs an owner, what came of it, and what kind of matter it was.

    Raises ``NotFound``, ``NotAllowed``, ``OwnerMissing``, ``SolutionIncomplete``,
    ``StepNotPossible``, ``CaseClosed``.
    """
    case, question = lock_for_work(actor, case_id)
    _check_solution(case, outcome, contact_reason)
    if case.state == SOLVED:
        return case
    case.outcome, case.contact_reason, case.solved_at = outcome, contact_reason, clock.now()
    _move(actor, case, SOLVED, allowed=(*IN_HAND, RETURNED))
    if question is not None:
        take_from_support(question)
    emit(CaseSolved(case.id, case.question_id, case.requester_id, actor.viewer_id))
    return case


def _check_solution(case: SupportCase, outcome: str, contact_reason: str) -> None:
    missing: dict[str, str | LazyString] = {}
    if outcome not in OUTCOMES:
        missing["outcome"] = SolutionIncomplete.message
    if contact_reason not in CONTACT_REASONS:
        missing["contact_reason"] = SolutionIncomplete.message
    if missing:
        raise SolutionIncomplete(errors=missing)
    if case.owner_id is None:
        raise OwnerMissing()


def close(actor: Viewer, case_id: int) -> SupportCase:
    """Close a solved case for good.

    Raises ``NotFound``, ``NotAllowed``, ``StepNotPossible``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    case.closed_at = clock.now()
    _move(actor, case, CLOSED, allowed=(SOLVED,))
    return case


def close_answered_by_peers(actor: Viewer, case_id: int) -> SupportCase:
    """Close a case that members solved: an answer to its question was accepted.

    Raises ``NotFound``, ``NotAllowed``, ``StepNotPossible``, ``CaseClosed``.
    """
    case, question = lock_for_work(actor, case_id)
    if not can_close_for_peers(case, has_solution=has_solution_of_peers(case.question_id)):
        raise StepNotPossible()
    end_case(actor, case, ANSWERED_BY_PEERS)
    if question is not None:
        take_from_support(question)
    return case


def close_as_spam(actor: Viewer, case_id: int) -> SupportCase:
    """Close a case that is about nothing. Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``."""
    case, question = lock_for_work(actor, case_id)
    end_case(actor, case, SPAM)
    if question is not None:
        take_from_support(question)
    return case


def return_to_community(actor: Viewer, case_id: int) -> SupportCase:
    """Hand a case back as a public question in the spotlight; its clocks go on.

    Raises ``NotFound``, ``NotAllowed``, ``NotBetweenYou``, ``StepNotPossible``, ``CaseClosed``.
    """
    case, question = lock_for_work(actor, case_id)
    if question is None:
        raise NotBetweenYou()
    if case.state != RETURNED:
        hand_back_locked(actor, case, question)
    return case


def hand_back_locked(actor: Viewer, case: SupportCase, question: Question) -> None:
    """Hand a locked case back as this public question; raises ``StepNotPossible``."""
    if not can_hand_back(case, question):
        raise StepNotPossible()
    _move(actor, case, RETURNED, allowed=IN_HAND)
    take_from_support(question)
    put_in_spotlight(question)
    emit(CaseReturned(case.id, question.id, actor.viewer_id))


def close_settled(age: timedelta) -> None:
    """Close cases that were solved so long ago that nobody comes back to them."""
    due = select(SupportCase.id).where(
        SupportCase.state == SOLVED, SupportCase.solved_at < clock.now() - age
    )
    for case_id in db.session.scalars(due.order_by(SupportCase.id).limit(CLOSED_PER_RUN)).all():
        case, _question = lock_case(case_id)
        if case.state == SOLVED:
            case.closed_at = clock.now()
            _move(SYSTEM, case, CLOSED, allowed=(SOLVED,))


def end_case(actor: Viewer, case: SupportCase, outcome: str) -> None:
    """Close a locked case that nobody of the team solved; raises ``StepNotPossible``."""
    case.outcome, case.closed_at = outcome, clock.now()
    _move(actor, case, CLOSED, allowed=(*IN_HAND, RETURNED, SOLVED))


def _move(actor: Viewer, case: SupportCase, state: str, *, allowed: Collection[str]) -> None:
    """Bring a locked case into another state and write down who did; raises ``StepNotPossible``."""
    if case.state == state:
        return
    if case.state not in allowed:
        raise StepNotPossible()
    before = {"state": case.state}
    change_state(case, state, actor)
    if actor.viewer_id is None or actor.viewer_id != case.requester_id:
        record(
            actor,
            Action.SUPPORT_CASE_MOVED,
            subject=("support_case", case.id),
            before=before,
            after={"state": state, "outcome": case.outcome},
        )
