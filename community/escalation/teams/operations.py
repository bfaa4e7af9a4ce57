"""Which team takes a case."""

from collections.abc import Collection

from sqlalchemy import or_, update

from community.core import clock
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.escalation.teams.models import DEFAULT_SLUG, Team
from community.escalation.teams.queries import get_team_of_board

DEFAULT_NAMES = {"en": "Support team", "de": "Support-Team"}


def team_for(board_id: int | None) -> Team:
    """Return the team that answers for a board; the default one is made when first needed."""
    found = get_team_of_board(board_id)
    if found is not None:
        return found
    db.session.execute(
        insert_ignoring_conflicts(Team).values(
            slug=DEFAULT_SLUG, names=DEFAULT_NAMES, created_at=clock.now()
        )
    )
    made = get_team_of_board(board_id)
    assert made is not None
    return made


def give_calendar(calendar_id: int, team_ids: Collection[int]) -> bool:
    """Let these teams work by a calendar, and no others by it; returns whether that is new.

    Whoever did it is recorded with the calendar.
    """
    left = update(Team).where(Team.calendar_id == calendar_id, Team.id.not_in(team_ids))
    other = or_(Team.calendar_id.is_(None), Team.calendar_id != calendar_id)
    joined = update(Team).where(Team.id.in_(team_ids), other)
    changed = count_changed(left.values(calendar_id=None))
    return bool(changed + count_changed(joined.values(calendar_id=calendar_id)))
