"""Cases with one cause: joined under one case, told at once, solved together."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete, func, select

from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.db import count_changed, db
from community.escalation.cases.errors import IncidentFull, NobodyToTell, NotAnIncident, TextMissing
from community.escalation.cases.models import CLOSED, PARENT, SOLVED, CaseLink, SupportCase
from community.escalation.cases.operations.assigning import own_if_free
from community.escalation.cases.operations.locking import (
    Locked,
    lock_case,
    lock_for_work,
    lock_questions_of,
)
from community.escalation.cases.operations.messages import fit_private_text, tell_customer
from community.escalation.cases.operations.states import solve
from community.escalation.cases.queries.incidents import list_children, parent_id_of
from community.identity.models import User

# As many as one request can write to.
MOST_CHILDREN = 200


class Told(NamedTuple):
    """How many customers were written to, and how many could not be."""

    sent: int
    unreachable: int


def join_incident(actor: Viewer, case_id: int, parent_id: int) -> SupportCase:
    """Make a case a part of an incident; one that is, stays as it is.

    An incident is a case that belongs to none itself. Raises ``NotFound``, ``NotAllowed``,
    ``CaseClosed``, ``NotAnIncident``, ``IncidentFull``.
    """
    locked = _lock_all(actor, case_id, parent_id)
    present = parent_id_of(case_id)
    if present == parent_id:
        return locked[case_id].case
    is_nested = parent_id_of(parent_id) is not None or _count_children(case_id) > 0
    if case_id == parent_id or present is not None or is_nested:
        raise NotAnIncident(errors={"parent": NotAnIncident.message})
    if _count_children(parent_id) >= MOST_CHILDREN:
        raise IncidentFull(errors={"parent": IncidentFull.message})
    link = CaseLink(case_id=case_id, kind=PARENT, other_id=parent_id, made_by_id=actor.viewer_id)
    db.session.add(link)
    db.session.flush()
    _record(actor, Action.SUPPORT_CASE_LINKED, case_id, parent_id)
    return locked[case_id].case


def leave_incident(actor: Viewer, case_id: int) -> SupportCase:
    """Take a case out of its incident; one that is in none stays as it is.

    Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    parent_id = parent_id_of(case_id)
    gone = delete(CaseLink).where(CaseLink.case_id == case_id, CaseLink.kind == PARENT)
    if parent_id is not None and count_changed(gone):
        _record(actor, Action.SUPPORT_CASE_UNLINKED, case_id, parent_id)
    return case


def tell_children(actor: User, parent_id: int, texts: Mapping[str, str]) -> Told:
    """Write to the customer of each case of an incident alone, in the language of that case.

    ``texts`` are by language. Whose a case is stays as it is. Raises ``NotFound``, ``NotAllowed``,
    ``CaseClosed``, ``NotAnIncident``, ``UnfitText``, ``TextMissing``.
    """
    lock_for_work(actor, parent_id)
    children = [case for case in list_children(parent_id) if case.state != CLOSED]
    if not children:
        raise NotAnIncident()
    wanted = {case.language for case in children}
    missing = [language for language in sorted(wanted) if not texts.get(language, "").strip()]
    if missing:
        raise TextMissing(errors={f"text-{one}": TextMissing.message for one in missing})
    fit = {language: fit_private_text(texts[language]) for language in wanted}
    lock_questions_of(*(case.id for case in children))
    sent = sum(_tell(actor, lock_case(case.id), fit[case.language]) for case in children)
    return Told(sent, len(children) - sent)


def _tell(actor: User, locked: Locked, text: str) -> bool:
    if locked.case.state == CLOSED:
        return False
    try:
        tell_customer(actor, locked.case, text)
    except NobodyToTell:
        return False
    return True


def solve_with_children(
    actor: Viewer, case_id: int, *, outcome: str, contact_reason: str
) -> SupportCase:
    """Call an incident solved, and all its cases in the same way; raises what ``solve`` does.

    Cases that nobody owns become the actor's, for a solved case has an owner.
    """
    children = list_children(case_id)
    lock_questions_of(case_id, *(case.id for case in children))
    parent = solve(actor, case_id, outcome=outcome, contact_reason=contact_reason)
    for child in children:
        case = lock_case(child.id).case
        if case.state not in (SOLVED, CLOSED):
            own_if_free(actor, case)
            solve(actor, case.id, outcome=outcome, contact_reason=contact_reason)
    return parent


def _lock_all(actor: Viewer, *case_ids: int) -> dict[int, Locked]:
    """Lock cases the actor works on in the order of their ids; raises as ``lock_for_work``."""
    lock_questions_of(*case_ids)
    return {case_id: lock_for_work(actor, case_id) for case_id in sorted(set(case_ids))}


def _count_children(case_id: int) -> int:
    found = select(func.count()).where(CaseLink.other_id == case_id, CaseLink.kind == PARENT)
    return db.session.scalar(found) or 0


def _record(actor: Viewer, action: Action, case_id: int, parent_id: int) -> None:
    record(actor, action, subject=("support_case", case_id), after={"parent_id": parent_id})
