"""Whose a case is: taken, given to somebody, given back to the team."""

from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.jobs import emit
from community.escalation.cases.errors import CaseTaken, OwnerUnfit
from community.escalation.cases.models import NEW, OPEN, SupportCase
from community.escalation.cases.operations.locking import lock_for_work
from community.escalation.cases.operations.noting import change_state, note_step
from community.escalation.teams.queries import works_in
from community.events.support import CaseAssigned


def take_case(actor: Viewer, case_id: int) -> SupportCase:
    """Make an unowned case one's own; one that is already changes nothing.

    Raises ``NotFound``, ``NotAllowed``, ``CaseTaken``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    if case.owner_id is not None and case.owner_id != actor.viewer_id:
        raise CaseTaken()
    set_owner(actor, case, actor.viewer_id)
    return case


def assign_case(actor: Viewer, case_id: int, owner_id: int | None) -> SupportCase:
    """Give a case to an agent of its team, or back to the team (None).

    Raises ``NotFound``, ``NotAllowed``, ``OwnerUnfit``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    if owner_id is not None and not _fits(case, owner_id):
        raise OwnerUnfit(errors={"owner": OwnerUnfit.message})
    set_owner(actor, case, owner_id)
    return case


def own_if_free(actor: Viewer, case: SupportCase) -> None:
    """Let whoever answers for a locked case that nobody owns own it."""
    if case.owner_id is None and actor.viewer_id is not None:
        set_owner(actor, case, actor.viewer_id)


def _fits(case: SupportCase, owner_id: int) -> bool:
    """Say whether somebody works in the case's team, and is not whom the case is for."""
    return owner_id != case.requester_id and works_in(case.team_id, owner_id)


def set_owner(actor: Viewer, case: SupportCase, owner_id: int | None) -> None:
    """Let a locked case be somebody's, or nobody's (None); who it is already changes nothing."""
    if case.owner_id == owner_id:
        return
    before, case.owner_id = {"owner_id": case.owner_id}, owner_id
    # Given back by hand it is the team's to take: offered again, whoever had it might get it again.
    case.unplaced_at = None
    note_step(case, "assigned", actor)
    if case.state == NEW and owner_id is not None:
        change_state(case, OPEN, actor)
    record(
        actor,
        Action.SUPPORT_CASE_ASSIGNED,
        subject=("support_case", case.id),
        before=before,
        after={"owner_id": owner_id},
    )
    emit(CaseAssigned(case.id, owner_id, actor.viewer_id))
