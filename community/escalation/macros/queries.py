"""Reads of macros."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from community.core.authz import Viewer, is_admin
from community.core.db import db
from community.core.errors import NotFound
from community.escalation.macros.models import Macro
from community.escalation.teams.models import Team
from community.escalation.teams.queries import list_teams, team_ids_of

LISTED_MAX = 500


def led_team_ids(viewer: Viewer) -> frozenset[int]:
    """Return the teams the viewer leads."""
    if viewer.viewer_id is None:
        return frozenset()
    return frozenset(db.session.scalars(select(Team.id).where(Team.lead_id == viewer.viewer_id)))


def list_macros(viewer: Viewer) -> Sequence[Macro]:
    """Return all macros of the viewer's teams and of every team, retired ones last."""
    macros = select(Macro).where(_is_for(viewer)).limit(LISTED_MAX)
    ordered = macros.order_by(Macro.retired_at.is_not(None), Macro.language, Macro.name, Macro.id)
    return db.session.scalars(ordered).all()


def list_macros_for(team_id: int, language: str) -> Sequence[Macro]:
    """Return what a team's agents are offered for a case, those in its language first."""
    offered = select(Macro).where(
        or_(Macro.team_id == team_id, Macro.team_id.is_(None)), Macro.retired_at.is_(None)
    )
    ordered = offered.order_by(Macro.language != language, Macro.language, Macro.name, Macro.id)
    return db.session.scalars(ordered.limit(LISTED_MAX)).all()


def list_templates(language: str) -> Sequence[Macro]:
    """Return what public answers may begin with, the texts in this language first."""
    ordered = (
        select(Macro)
        .where(_is_template())
        .order_by(Macro.language != language, Macro.language, Macro.name, Macro.id)
    )
    return db.session.scalars(ordered.limit(LISTED_MAX)).all()


def get_template(macro_id: int) -> Macro:
    """Return a text that public answers may begin with; raises ``NotFound``."""
    found = db.session.scalar(select(Macro).where(Macro.id == macro_id, _is_template()))
    if found is None:
        raise NotFound()
    return found


def _is_template() -> ColumnElement[bool]:
    """Return the condition for texts that are every team's and about no case.

    Those of one team, those that propose what becomes of a case and those that name its number are
    the teams' own.
    """
    return and_(
        Macro.team_id.is_(None),
        Macro.retired_at.is_(None),
        Macro.state == "",
        Macro.priority == "",
        Macro.owner == "",
        Macro.body.not_like("%{case}%"),
    )


def get_macro(viewer: Viewer, macro_id: int) -> Macro:
    """Return a macro of the viewer's teams or of every team; raises ``NotFound``."""
    found = db.session.scalar(select(Macro).where(Macro.id == macro_id, _is_for(viewer)))
    if found is None:
        raise NotFound()
    return found


def get_offered_macro(macro_id: int, team_id: int) -> Macro | None:
    """Return a macro that a team's agents are offered, None for any other."""
    return db.session.scalar(
        select(Macro).where(
            Macro.id == macro_id,
            or_(Macro.team_id == team_id, Macro.team_id.is_(None)),
            Macro.retired_at.is_(None),
        )
    )


def list_writable_teams(viewer: Viewer) -> Sequence[Team]:
    """Return the teams whose macros the viewer may make and change."""
    led = led_team_ids(viewer)
    return [team for team in list_teams() if is_admin(viewer) or team.id in led]


def _is_for(viewer: Viewer) -> ColumnElement[bool]:
    if is_admin(viewer):
        return Macro.id.is_not(None)
    return or_(Macro.team_id.in_(team_ids_of(viewer)), Macro.team_id.is_(None))
