"""Cases with one cause: the incident, and the cases that belong to it."""

from collections.abc import Sequence

from sqlalchemy import select

from community.core.db import db
from community.escalation.cases.models import PARENT, CaseLink, SupportCase


def list_children(case_id: int) -> Sequence[SupportCase]:
    """Return the cases that belong to an incident, oldest first."""
    return db.session.scalars(
        select(SupportCase)
        .join(CaseLink, CaseLink.case_id == SupportCase.id)
        .where(CaseLink.other_id == case_id, CaseLink.kind == PARENT)
        .order_by(SupportCase.id)
    ).all()


def parent_id_of(case_id: int) -> int | None:
    """Return the incident that a case belongs to."""
    return db.session.scalar(
        select(CaseLink.other_id).where(CaseLink.case_id == case_id, CaseLink.kind == PARENT)
    )
