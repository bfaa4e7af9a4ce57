"""A deadline that was missed, with an address that is told so."""

from typing import NamedTuple

from community.core.db import db, transaction
from community.escalation.sla.operations.sweep import fire_due_clocks
from tests.escalation.sla.scenes import (
    HOUR,
    MONDAY,
    clock_of,
    make_ticking_case,
    set_policy,
    work_office_hours,
)


class Breached(NamedTuple):
    """A clock that ran out."""

    id: int
    case_id: int
    policy_id: int


def make_breached_clock(alarm_url: str) -> Breached:
    """Let a case be late whose policy names this address; returns its first clock."""
    work_office_hours()
    case = make_ticking_case(priority="urgent")
    set_policy(alarm_url=alarm_url)
    with transaction():
        fire_due_clocks(MONDAY + HOUR)
    found = clock_of(case.case_id, "first")
    db.session.refresh(found)
    return Breached(found.id, found.case_id, found.policy_id)
