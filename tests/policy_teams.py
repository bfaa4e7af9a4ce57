"""Requests that make, change, fill and delete support teams."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import transaction
from community.escalation.teams.operations import TeamFacts, add_member, make_team
from community.identity.models import User

NAMES = {"name_de": "Rechnungen", "name_en": "Bills"}


def _next_week() -> str:
    return (clock.now() + timedelta(days=7)).date().isoformat()


def make_spare(people: Mapping[str, User]) -> int:
    """Make a team without cases that a board's agent works in, and return its id."""
    with transaction():
        team = make_team(SYSTEM, TeamFacts(names={"de": "Reserve", "en": "Spare"}))
        add_member(SYSTEM, team.id, people["board agent"].id)
        return team.id


def team_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "teams.create_team": lambda c: ("/admin/teams", NAMES),
        "teams.save_team": lambda c: (
            f"/admin/teams/{c.world.team}",
            {**NAMES, "lead": "", "version": "1"},
        ),
        "teams.delete_team": lambda c: (f"/admin/teams/{c.world.team}", {}),
        "teams.add_member": lambda c: (
            f"/admin/teams/{c.world.team}/members",
            {"person": c.world.people["agent"].id},
        ),
        "teams.save_agent": lambda c: (
            f"/admin/agents/{c.world.people['agent'].id}",
            {"capacity": "5", "tags": "", "version": "1"},
        ),
        "desk.go_away": lambda c: ("/desk/absence", {"back_on": _next_week()}),
        "desk.come_back": lambda c: ("/desk/absence", {}),
        "teams.remove_member": lambda c: (
            f"/admin/teams/{c.world.team}/members/{c.world.people['board agent'].id}",
            {},
        ),
    }
