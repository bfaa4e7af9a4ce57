"""Requests about calendars and SLA policies."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from community.core.authz import SYSTEM
from community.core.db import transaction
from community.escalation.sla.operations.rules import PolicyFacts, make_policy

CALENDAR = {"zone": "Europe/Berlin", "day_0": "9-17"}
TARGETS = {"normal_first": "8 h", "lead_after": "30 min", "outside_after": "1 h"}
POLICY = {**TARGETS, "channels": "mail"}
FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
    b"DTSTART;VALUE=DATE:20201224\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def deadline_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "calendars.create_calendar": lambda c: (
            "/admin/calendars",
            {"name": "Checkers", **CALENDAR},
        ),
        "calendars.save_calendar": lambda c: ("/admin/calendars/1", {"name": "Hours", **CALENDAR}),
        "calendars.add_holidays": lambda c: (
            "/admin/calendars/1/holidays",
            {"file": (io.BytesIO(FILE), "days.ics")},
        ),
        "sla.create_policy": lambda c: ("/admin/sla", {"name": "Checkers", **POLICY}),
        "sla.save_policy": lambda c: ("/admin/sla/1", {"name": "For all", **TARGETS}),
        "sla.move_policy": lambda c: (
            f"/admin/sla/{c.world.sla_policy}/place",
            {"direction": "up"},
        ),
        "sla.delete_policy": lambda c: (f"/admin/sla/{c.world.sla_policy}/retirement", {}),
    }


def make_deadlines() -> int:
    """Make a policy that can be moved and removed, and return its id."""
    facts = PolicyFacts(name="Mails", targets={"normal_first": "8 h"}, channels=frozenset({"mail"}))
    with transaction():
        # It can go up only where there is one above it.
        make_policy(SYSTEM, replace(facts, name="Letters"))
        return make_policy(SYSTEM, facts).id
