"""Which team takes a case."""

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts
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
