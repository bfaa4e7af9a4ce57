"""Cases that became part of another one, and those that can."""

from collections.abc import Sequence

from sqlalchemy import select

from community.core.authz import Viewer
from community.core.db import db, unindexed
from community.escalation.cases.models import CLOSED, MERGED, MERGED_INTO, CaseLink, SupportCase
from community.escalation.cases.queries.desk import case_is_for

OFFERED_MAX = 50


def ids_with_absorbed(case_id: int) -> list[int]:
    """Return a case's id and those of all that became part of it."""
    links = select(CaseLink.case_id).where(
        CaseLink.other_id == case_id, CaseLink.kind == MERGED_INTO
    )
    return [case_id, *db.session.scalars(links)]


def surviving_id(case: SupportCase) -> int:
    """Return the id of the case that this one became part of; its own if it did not."""
    if case.state != CLOSED or case.outcome != MERGED:
        return case.id
    link = select(CaseLink.other_id).where(
        CaseLink.case_id == case.id, CaseLink.kind == MERGED_INTO
    )
    return db.session.scalar(link) or case.id


def list_mergeable(viewer: Viewer, case: SupportCase) -> Sequence[SupportCase]:
    """Return what a case can become part of: the same customer's others that are not closed."""
    theirs = SupportCase.requester_id == case.requester_id
    if case.requester_id is None:
        if not case.requester_email:
            return []
        theirs = unindexed(SupportCase.requester_id).is_(None) & (
            SupportCase.requester_email == case.requester_email
        )
    found = select(SupportCase).where(
        theirs, SupportCase.id != case.id, SupportCase.state != CLOSED, case_is_for(viewer)
    )
    return db.session.scalars(found.order_by(SupportCase.id.desc()).limit(OFFERED_MAX)).all()
