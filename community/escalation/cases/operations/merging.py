"""Two cases of one customer become one; see docs/decisions/merged-cases.md."""

from sqlalchemy import update

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.escalation.cases.errors import NotTheSameCustomer, TwoQuestions
from community.escalation.cases.models import (
    MERGED,
    MERGED_INTO,
    NEW,
    OPEN,
    CaseLink,
    SupportCase,
)
from community.escalation.cases.operations.locking import Locked, lock_for_work, lock_questions_of
from community.escalation.cases.operations.noting import facts_of, note_step
from community.escalation.cases.operations.states import end_case, reopen_locked
from community.escalation.sla.models import FIRST, NEXT, PRIORITIES
from community.escalation.sla.operations.clocks import note_customer_message, reconsider
from community.escalation.sla.queries import list_clocks
from community.questions.operations.support import hand_to_support, take_from_support


def merge_case(
    actor: Viewer, case_id: int, into_id: int, *, is_confirmed: bool = False
) -> SupportCase:
    """Make a case part of another one of the same customer, which is returned.

    What was said stays where it was written and is read in both. Raises ``NotFound``,
    ``NotAllowed``, ``CaseClosed``, ``NotTheSameCustomer``, and ``TwoQuestions`` where each has a
    public question and nobody confirmed that this one's goes back to the community.
    """
    lock_questions_of(case_id, into_id)
    first, last = sorted((case_id, into_id))
    locked = {one: lock_for_work(actor, one) for one in (first, last)}
    absorbed, survivor = locked[case_id], locked[into_id]
    _check(absorbed, survivor, is_confirmed)
    waits = absorbed.case.state in (NEW, OPEN)
    is_owed_answer = waits and bool(_open_kinds(absorbed.case.id) & {FIRST, NEXT})
    absorbed.case.solved_at = absorbed.case.contact_reason = None
    end_case(actor, absorbed.case, MERGED)
    _link(actor, absorbed.case.id, survivor.case.id)
    note_step(survivor.case, MERGED, actor)
    _take_over(absorbed, survivor)
    if waits:
        reopen_locked(actor, Locked(survivor.case, survivor.question or absorbed.question))
    if is_owed_answer and not _open_kinds(survivor.case.id) & {FIRST, NEXT}:
        note_customer_message(survivor.case.id, clock.now())
    return survivor.case


def _check(absorbed: Locked, survivor: Locked, is_confirmed: bool) -> None:
    one, other = absorbed.case, survivor.case
    is_same = (one.requester_id, one.requester_email) == (other.requester_id, other.requester_email)
    is_known = one.requester_id is not None or bool(one.requester_email)
    if one.id == other.id or not is_same or not is_known:
        raise NotTheSameCustomer(errors={"into": NotTheSameCustomer.message})
    if absorbed.question is not None and survivor.question is not None and not is_confirmed:
        raise TwoQuestions(errors={"into": TwoQuestions.message})


def _open_kinds(case_id: int) -> set[str]:
    return {clock.kind for clock in list_clocks(case_id) if clock.is_open}


def _link(actor: Viewer, case_id: int, into_id: int) -> None:
    """Link a case to the one it is part of now, and those that were part of it as well."""
    earlier = update(CaseLink).where(CaseLink.kind == MERGED_INTO, CaseLink.other_id == case_id)
    db.session.execute(earlier.values(other_id=into_id))
    db.session.add(
        CaseLink(case_id=case_id, kind=MERGED_INTO, other_id=into_id, made_by_id=actor.viewer_id)
    )
    db.session.flush()


def _take_over(absorbed: Locked, survivor: Locked) -> None:
    """Give the survivor what the absorbed case had and it lacks: the question, the urgency."""
    one, other = absorbed.case, survivor.case
    if absorbed.question is not None and survivor.question is None:
        other.question_id, other.board_id = absorbed.question.id, absorbed.question.board_id
        if other.is_in_hand:
            hand_to_support(absorbed.question)
    elif absorbed.question is not None:
        take_from_support(absorbed.question)
    if PRIORITIES.index(one.priority) < PRIORITIES.index(other.priority):
        other.priority = one.priority
    if one.customer_at is not None:
        other.customer_at = max(one.customer_at, other.customer_at or one.customer_at)
    db.session.flush()
    reconsider(facts_of(other), clock.now())
