"""The sweep each minute, and reckoning anew after a change of the rules."""

from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.core.jobs import enqueue
from community.escalation.sla.models import SlaClock
from community.escalation.sla.operations.clocks import reconsider_by_rules
from community.escalation.sla.operations.sweep import AT_ONCE, fire_due_clocks

CASES_AT_ONCE = 200


def sweep_clocks() -> None:
    """Do what is due (periodic); what is left follows at once, in a transaction of its own."""
    if fire_due_clocks(clock.now()) == AT_ONCE:
        enqueue(sweep_clocks, unique_key="sla:sweep")


def reconsider_open_clocks(after_case_id: int = 0) -> None:
    """Reckon the clocks of all cases anew, some cases at a time (task)."""
    open_ids = (
        select(SlaClock.case_id)
        .where(SlaClock.ended_at.is_(None), SlaClock.case_id > after_case_id)
        .distinct()
        .order_by(SlaClock.case_id)
        .limit(CASES_AT_ONCE)
    )
    case_ids = db.session.scalars(open_ids).all()
    for case_id in case_ids:
        reconsider_by_rules(case_id, clock.now())
    if len(case_ids) == CASES_AT_ONCE:
        key = f"sla:reconsider:{case_ids[-1]}"
        enqueue(reconsider_open_clocks, unique_key=key, after_case_id=case_ids[-1])
