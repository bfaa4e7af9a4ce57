"""Giving new cases to agents in turn, and cases of who is away back to their team.

The rows of all who might get a case are locked before their cases are counted, so two workers
never give somebody more than they take. Where nobody is free a case stays unassigned.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db
from community.escalation.cases.models import IN_HAND, NEW, OPEN, SupportCase
from community.escalation.cases.operations.assigning import set_owner
from community.escalation.cases.operations.locking import lock_case
from community.escalation.cases.policies import choose_agent
from community.escalation.teams.models import DeskAgent, Team
from community.escalation.teams.operations import lock_agents
from community.escalation.teams.queries import get_agent, list_worker_ids
from community.posts.tagging import tag_names_of


def rotate_case(case_id: int) -> None:
    """Give a case that nobody owns to whoever is next in its team; a second time changes nothing.

    Only where the team wants it so.
    """
    case, _question = lock_case(case_id)
    if case.owner_id is not None or case.state not in (NEW, OPEN) or not _rotates(case.team_id):
        return
    workers = [one for one in list_worker_ids(case.team_id) if one != case.requester_id]
    agents = lock_agents(workers)
    tags = tag_names_of(case.question_id) if case.question_id is not None else []
    chosen = choose_agent(case, agents, loads=_loads(agents), tags=tags, now=clock.now())
    if chosen is not None:
        chosen.given_at = clock.now()
        set_owner(SYSTEM, case, chosen.user_id)


def return_if_away(case_id: int) -> None:
    """Give a case whose owner is away back to its team, and to whoever is next there."""
    case, _question = lock_case(case_id)
    if case.owner_id is None or not get_agent(case.owner_id).is_away(clock.now()):
        return
    set_owner(SYSTEM, case, None)
    db.session.flush()
    rotate_case(case_id)


def _rotates(team_id: int) -> bool:
    return bool(db.session.scalar(select(Team.rotates).where(Team.id == team_id)))


def _loads(agents: Sequence[DeskAgent]) -> Mapping[int, int]:
    """Return how many cases in hand each agent owns; those with none are not in it."""
    counted = (
        select(SupportCase.owner_id, func.count())
        .where(
            SupportCase.owner_id.in_([agent.user_id for agent in agents]),
            SupportCase.state.in_(IN_HAND),
        )
        .group_by(SupportCase.owner_id)
    )
    return {owner_id: number for owner_id, number in db.session.execute(counted) if owner_id}
