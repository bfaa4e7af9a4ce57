"""Reads of teams."""

from collections.abc import Sequence

from sqlalchemy import select

from community.core.authz import Viewer
from community.core.db import db
from community.escalation.teams.models import DEFAULT_SLUG, Team, TeamBoard, TeamMember


def list_teams() -> Sequence[Team]:
    """Return all teams, the default one first where it exists."""
    teams = db.session.scalars(select(Team).order_by(Team.id)).all()
    return sorted(teams, key=lambda team: (team.slug != DEFAULT_SLUG, team.id))


def team_ids_of(viewer: Viewer) -> frozenset[int]:
    """Return the teams the viewer belongs to or leads."""
    if viewer.viewer_id is None:
        return frozenset()
    member_of = select(TeamMember.team_id).where(TeamMember.user_id == viewer.viewer_id)
    leads = select(Team.id).where(Team.lead_id == viewer.viewer_id)
    return frozenset(db.session.scalars(member_of.union(leads)))


def get_team_of_board(board_id: int | None) -> Team | None:
    """Return the team that answers for a board; the default one, or None before it is made."""
    theirs = select(TeamBoard.team_id).where(TeamBoard.board_id == board_id).scalar_subquery()
    found = db.session.scalar(select(Team).where(Team.id == theirs))
    return found or db.session.scalar(select(Team).where(Team.slug == DEFAULT_SLUG))
