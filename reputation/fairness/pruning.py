"""Forgetting findings that were decided long ago."""

from datetime import timedelta

from sqlalchemy import delete, select

from community.core import clock
from community.core.db import db
from reputation.fairness.models import RingFinding, RingMember


def prune_findings(age: timedelta) -> None:
    """Forget findings that were decided so long ago, with whom they were about."""
    is_old = RingFinding.decided_at < clock.now() - age
    old = select(RingFinding.id).where(is_old)
    db.session.execute(delete(RingMember).where(RingMember.finding_id.in_(old)))
    db.session.execute(delete(RingFinding).where(is_old))
