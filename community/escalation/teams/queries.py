"""Reads of teams, and the one rule of who works in which.

A team's are its members and its lead. An agent of the whole site who belongs to no team works in
the default one, so that nobody who should see cases sees none.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, and_, func, or_, select, union

from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.escalation.teams.models import (
    CAPACITY,
    DEFAULT_SLUG,
    DeskAgent,
    Team,
    TeamBoard,
    TeamMember,
)
from community.escalation.teams.policies import can_change_teams
from community.identity.models import RoleGrant, User
from community.identity.people import PERSON_WIDTH, Person, person_columns


class Worker(NamedTuple):
    """Somebody who works in a team: as its member, or because they belong to no other one."""

    person: Person
    is_member: bool


def list_teams() -> Sequence[Team]:
    """Return all teams, the default one first where it exists."""
    teams = db.session.scalars(select(Team).order_by(Team.id)).all()
    return sorted(teams, key=lambda team: (team.slug != DEFAULT_SLUG, team.id))


def get_team(viewer: Viewer, team_id: int) -> Team:
    """Return a team, for administrators; raises ``NotFound``, ``NotAllowed``."""
    require(can_change_teams(viewer))
    team = db.session.get(Team, team_id)
    if team is None:
        raise NotFound()
    return team


def get_team_of_board(board_id: int | None) -> Team | None:
    """Return the team that answers for a board; the default one, or None before it is made."""
    theirs = select(TeamBoard.team_id).where(TeamBoard.board_id == board_id).scalar_subquery()
    found = db.session.scalar(select(Team).where(Team.id == theirs))
    return found or db.session.scalar(select(Team).where(Team.slug == DEFAULT_SLUG))


def team_ids_of(viewer: Viewer) -> frozenset[int]:
    """Return the teams the viewer works in (``workers_of``)."""
    if viewer.viewer_id is None:
        return frozenset()
    member_of = select(TeamMember.team_id).where(TeamMember.user_id == viewer.viewer_id)
    leads = select(Team.id).where(Team.lead_id == viewer.viewer_id)
    found = frozenset(db.session.scalars(member_of.union(leads)))
    if found or "agent" not in viewer.role_names:
        return found
    return frozenset(db.session.scalars(select(Team.id).where(Team.slug == DEFAULT_SLUG)))


def workers_of(team_id: int) -> Select[int]:
    """Return the query for the ids of all who work in a team and may use the desk at present."""
    working = _working().subquery()
    theirs = select(working.c.user_id).where(working.c.team_id == team_id)
    return select(User.id).where(
        User.active.is_(True), User.id.in_(desk_user_ids()), User.id.in_(theirs)
    )


def count_workers() -> Mapping[int, int]:
    """Return how many work in each team (``workers_of``), by its id; teams without are not in it.

    One query, however many teams there are.
    """
    working = _working().subquery()
    counted = (
        select(working.c.team_id, func.count())
        .join(User, User.id == working.c.user_id)
        .where(User.active.is_(True), User.id.in_(desk_user_ids()))
        .group_by(working.c.team_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _working() -> CompoundSelect[int, int]:
    """Return the query for who works in which team, each once: the team's id and the user's."""
    members = select(TeamMember.team_id, TeamMember.user_id)
    leads = select(Team.id, Team.lead_id).where(Team.lead_id.is_not(None))
    loose = (
        select(Team.id, RoleGrant.user_id)
        .join(RoleGrant, RoleGrant.name == "agent")
        .where(
            Team.slug == DEFAULT_SLUG,
            RoleGrant.board_id.is_(None),
            RoleGrant.user_id.not_in(select(TeamMember.user_id)),
            RoleGrant.user_id.not_in(select(Team.lead_id).where(Team.lead_id.is_not(None))),
        )
    )
    return union(members, leads, loose)


def desk_user_ids() -> Select[int]:
    """Return the query for the ids of all who work on cases at all (``policies.can_use_desk``)."""
    admin = and_(RoleGrant.name == "admin", RoleGrant.board_id.is_(None))
    return select(RoleGrant.user_id).where(or_(RoleGrant.name == "agent", admin))


def works_in(team_id: int, user_id: int) -> bool:
    """Say whether somebody works in a team."""
    return db.session.scalar(workers_of(team_id).where(User.id == user_id)) is not None


def list_worker_ids(team_id: int) -> Sequence[int]:
    """Return the ids of all who work in a team, in order."""
    return db.session.scalars(workers_of(team_id).order_by(User.id)).all()


def list_told_ids(team_id: int, owner_id: int | None, now: datetime) -> Sequence[int]:
    """Return who hears of what happens in a case: its owner, else the lead, else the whole team.

    Whoever is away is passed over, unless that is everybody.
    """
    lead_id = db.session.scalar(select(Team.lead_id).where(Team.id == team_id))
    first = [user_id for user_id in (owner_id, lead_id) if user_id is not None]
    away = away_ids(first, now)
    present = [user_id for user_id in first if user_id not in away]
    return present[:1] or list_worker_ids(team_id)


def away_ids(user_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Return which of these agents are away at an instant."""
    found = select(DeskAgent.user_id).where(
        DeskAgent.user_id.in_(user_ids), DeskAgent.away_until > now
    )
    return frozenset(db.session.scalars(found))


def list_workers(team_id: int) -> list[Worker]:
    """Return who works in a team, by name."""
    members = select(TeamMember.user_id).where(TeamMember.team_id == team_id)
    rows: Any = db.session.execute(
        select(*person_columns(), User.id.in_(members))
        .where(User.id.in_(workers_of(team_id)))
        .order_by(User.display_name, User.id)
    )
    return [Worker(Person(*row[:PERSON_WIDTH]), bool(row[PERSON_WIDTH])) for row in rows]


def get_agent(user_id: int) -> DeskAgent:
    """Return what is known of an agent; the defaults, not stored, where nothing is."""
    found = db.session.get(DeskAgent, user_id)
    return found or DeskAgent(
        user_id=user_id, capacity=CAPACITY, languages=[], boards=[], tags=[], version=1
    )


def get_desk_person(viewer: Viewer, user_id: int) -> Person:
    """Return somebody who may work in a team, for administrators; raises ``NotFound``."""
    require(can_change_teams(viewer))
    found = next((person for person in list_desk_people() if person.id == user_id), None)
    if found is None:
        raise NotFound()
    return found


def list_desk_people() -> list[Person]:
    """Return all who may work in a team, by name."""
    rows: Any = db.session.execute(
        select(*person_columns())
        .where(User.id.in_(desk_user_ids()), User.active.is_(True))
        .order_by(User.display_name, User.id)
    )
    return [Person(*row[:PERSON_WIDTH]) for row in rows]


def board_teams() -> Mapping[int, int]:
    """Return which team answers for which board, by the board; the default one for all others."""
    rows = db.session.execute(select(TeamBoard.board_id, TeamBoard.team_id))
    return {row[0]: row[1] for row in rows}
