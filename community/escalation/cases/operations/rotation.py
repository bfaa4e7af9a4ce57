"""Giving new cases to agents in turn, and cases of who is away back to their team.

The rows of all who might get a case are locked before their cases are counted, so two workers
never give somebody more than they take. Where nobody is free a case waits, and is offered again
once somebody is: because they solved or gave away another one, came back, joined the team, or take
more. Nobody has to tell: the sweep asks, each minute, about the cases that wait and no others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db
from community.core.jobs import emit, enqueue
from community.escalation.cases.models import IN_HAND, NEW, OPEN, SupportCase
from community.escalation.cases.operations.assigning import set_owner
from community.escalation.cases.operations.locking import lock_case
from community.escalation.cases.policies import choose_agent
from community.escalation.sla.models import PRIORITIES
from community.escalation.teams.models import DeskAgent, Team
from community.escalation.teams.operations import lock_agents
from community.escalation.teams.queries import get_agent, list_told_ids, list_worker_ids
from community.events.support import CustomerReplied
from community.posts.tagging import tag_names_of

# More wait only where far too few work; the rest is offered a minute later.
OFFERED_PER_RUN = 200


def rotate_case(case_id: int) -> None:
    """Give a case that nobody owns to whoever is next in its team; a second time changes nothing.

    Only where the team wants it so.
    """
    case, _question = lock_case(case_id)
    if case.owner_id is not None or case.state not in (NEW, OPEN) or not _rotates(case.team_id):
        return
    agents = lock_agents(_workers_for(case))
    chosen = choose_agent(case, agents, loads=_loads(agents), tags=_tags_of(case), now=clock.now())
    if chosen is not None:
        chosen.given_at = clock.now()
        set_owner(SYSTEM, case, chosen.user_id)
    elif case.unplaced_at is None:
        case.unplaced_at = clock.now()


def offer_waiting_cases() -> None:
    """Offer cases that found nobody free to whoever is by now (periodic).

    The most pressing first, then as they came. Here nothing is locked and nothing decided: each is
    given by a job of its own, which asks anew.
    """
    desks: dict[int, _Desk] = {}
    for case in sorted(_waiting_cases(), key=lambda one: PRIORITIES.index(one.priority)):
        if case.team_id not in desks:
            agents = [get_agent(one) for one in list_worker_ids(case.team_id)]
            desks[case.team_id] = _Desk(agents, dict(_loads(agents)))
        desk = desks[case.team_id]
        chosen = desk.choose(case)
        if chosen is not None:
            desk.loads[chosen.user_id] = desk.load_of(chosen) + 1
            enqueue(rotate_case, unique_key=f"rotate:{case.id}", case_id=case.id)


@dataclass(frozen=True)
class _Desk:
    """Who works in a team, and how many cases each has in hand, with those they are to get."""

    agents: Sequence[DeskAgent]
    loads: dict[int, int]

    def choose(self, case: SupportCase) -> DeskAgent | None:
        """Return who would be given a case."""
        agents = [one for one in self.agents if one.user_id != case.requester_id]
        now = clock.now()
        # Tags are asked for only where somebody is free at all.
        if all(one.is_away(now) or self.load_of(one) >= one.capacity for one in agents):
            return None
        return choose_agent(case, agents, loads=self.loads, tags=_tags_of(case), now=now)

    def load_of(self, agent: DeskAgent) -> int:
        """Return how many cases somebody has in hand."""
        return self.loads.get(agent.user_id, 0)


def _waiting_cases() -> Sequence[SupportCase]:
    rotating = select(Team.id).where(Team.rotates.is_(True))
    waiting = select(SupportCase).where(
        SupportCase.team_id.in_(rotating),
        SupportCase.unplaced_at.is_not(None),
        SupportCase.owner_id.is_(None),
        SupportCase.state.in_((NEW, OPEN)),
    )
    ordered = waiting.order_by(SupportCase.unplaced_at, SupportCase.id)
    return db.session.scalars(ordered.limit(OFFERED_PER_RUN)).all()


def _workers_for(case: SupportCase) -> list[int]:
    return [one for one in list_worker_ids(case.team_id) if one != case.requester_id]


def _tags_of(case: SupportCase) -> Sequence[str]:
    return tag_names_of(case.question_id) if case.question_id is not None else []


def return_if_away(case_id: int) -> None:
    """Give a case whose owner is away back to its team, and to whoever is next there.

    Whoever has it then is told that its customer wrote; while nobody has, the lead or the team.
    """
    case, _question = lock_case(case_id)
    if case.owner_id is None or not get_agent(case.owner_id).is_away(clock.now()):
        return
    set_owner(SYSTEM, case, None)
    db.session.flush()
    rotate_case(case_id)
    for user_id in list_told_ids(case.team_id, case.owner_id, clock.now()):
        emit(CustomerReplied(case.id, user_id))


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
