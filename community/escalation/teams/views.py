"""Pages of administrators: the teams of the support, their leads, boards and members."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.queries import list_boards
from community.core.authz import require
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid, Refusal
from community.core.forms import takes
from community.core.i18n import LANGUAGES, reader_language
from community.core.web import add_deletion, add_resource, current_viewer, read_id
from community.escalation.teams import operations
from community.escalation.teams.forms import FIELDS, MANY, read_agent, read_team
from community.escalation.teams.models import DEFAULT_SLUG, Team
from community.escalation.teams.policies import can_change_teams
from community.escalation.teams.queries import (
    board_teams,
    count_workers,
    get_agent,
    get_desk_person,
    get_team,
    list_desk_people,
    list_teams,
    list_workers,
)
from community.identity.signing_in import recently_verified

blueprint = Blueprint("teams", __name__)


@blueprint.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_change_teams(current_viewer()))


@blueprint.get("/admin/teams")
def show_teams() -> str:
    """List all teams with who works in them and what they answer for."""
    answering, counts = board_teams(), count_workers()
    return render_template(
        "admin/teams.html",
        rows=[(team, counts.get(team.id, 0)) for team in list_teams()],
        boards=[(board, answering.get(board.id)) for board in list_boards(current_viewer())],
        default_slug=DEFAULT_SLUG,
        people={person.id: person for person in list_desk_people()},
    )


@blueprint.get("/admin/teams/new")
def new_team() -> ResponseReturnValue:
    """Show the form for a team."""
    return _render(None, {})


@blueprint.post("/admin/teams")
@takes(*FIELDS, many=MANY)
@recently_verified
def create_team() -> ResponseReturnValue:
    """Make a team."""
    try:
        made = operations.make_team(current_viewer(), read_team(request.form))
    except Invalid as refusal:
        return _render(None, _errors(refusal), 422)
    flash(_("The team is made. Now say who works in it."), "success")
    return _back_to(made.id)


@blueprint.get("/admin/teams/<int:team_id>")
def show_team(team_id: int) -> ResponseReturnValue:
    """Show a team with its members, to be changed."""
    return _render(get_team(current_viewer(), team_id), {})


@takes(*FIELDS, many=MANY)
@recently_verified
def save_team(team_id: int) -> ResponseReturnValue:
    """Change a team's names, lead and boards."""
    viewer, version = current_viewer(), read_id(request.form.get("version")) or 0
    try:
        operations.change_team(viewer, team_id, read_team(request.form), version=version)
    except (Conflict, Invalid) as refusal:
        return _refuse(team_id, refusal)
    flash(_("The team is changed."), "success")
    return _back_to(team_id)


@takes()
@recently_verified
def delete_team(team_id: int) -> ResponseReturnValue:
    """Delete a team that never had a case."""
    try:
        operations.delete_team(current_viewer(), team_id)
    except Conflict as refusal:
        return _refuse(team_id, refusal)
    flash(_("The team is deleted."), "success")
    return redirect(url_for("teams.show_teams"), 303)


add_resource(blueprint, "/admin/teams/<int:team_id>", create=save_team, delete=delete_team)


@blueprint.post("/admin/teams/<int:team_id>/members")
@takes("person")
@recently_verified
def add_member(team_id: int) -> ResponseReturnValue:
    """Let an agent work in a team."""
    try:
        operations.add_member(current_viewer(), team_id, read_id(request.form.get("person")) or 0)
    except Invalid as refusal:
        return _refuse(team_id, refusal)
    flash(_("They work in this team now."), "success")
    return _back_to(team_id)


@takes()
@recently_verified
def remove_member(team_id: int, user_id: int) -> ResponseReturnValue:
    """Let somebody work in a team no longer."""
    try:
        operations.remove_member(current_viewer(), team_id, user_id)
    except Conflict as refusal:
        return _refuse(team_id, refusal)
    flash(_("That person works in the team no longer."), "success")
    return _back_to(team_id)


add_deletion(blueprint, "/admin/teams/<int:team_id>/members/<int:user_id>", remove_member)


@blueprint.get("/admin/agents/<int:user_id>")
def edit_agent(user_id: int) -> ResponseReturnValue:
    """Show how many cases somebody is given, and which."""
    return _render_agent(user_id, {})


@blueprint.post("/admin/agents/<int:user_id>")
@takes("capacity", "tags", "version", many=("languages", "boards"))
@recently_verified
def save_agent(user_id: int) -> ResponseReturnValue:
    """Change how many cases somebody is given, and which."""
    viewer, version = current_viewer(), read_id(request.form.get("version")) or 0
    try:
        operations.change_agent(viewer, user_id, read_agent(request.form), version=version)
    except (Conflict, Invalid) as refusal:
        forget_changes()
        return _render_agent(user_id, _errors(refusal), refusal.status)
    flash(_("Saved."), "success")
    return redirect(url_for("teams.edit_agent", user_id=user_id), 303)


def _render_agent(
    user_id: int, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    person, agent = get_desk_person(current_viewer(), user_id), get_agent(user_id)
    typed: Mapping[str, object] = {"capacity": agent.capacity, "tags": " ".join(agent.tags)}
    chosen = {str(value) for value in (*agent.languages, *agent.boards)}
    if errors:
        typed = request.form
        chosen = {*request.form.getlist("languages"), *request.form.getlist("boards")}
    page = render_template(
        "admin/agent.html",
        agent=agent,
        person=person,
        typed=typed,
        chosen=chosen,
        errors=errors,
        languages=LANGUAGES,
        boards=list_boards(current_viewer()),
    )
    return page, status


def _refuse(team_id: int, refusal: Refusal) -> ResponseReturnValue:
    """Show the team as it is, with what was typed and what was wrong about it."""
    forget_changes()
    return _render(get_team(current_viewer(), team_id), _errors(refusal), refusal.status)


def _errors(refusal: Refusal) -> Mapping[str, object]:
    return (isinstance(refusal, Invalid) and refusal.errors) or {"": refusal.message}


def _render(
    team: Team | None, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    workers = list_workers(team.id) if team else []
    members = {worker.person.id for worker in workers if worker.is_member}
    agents, answering = list_desk_people(), board_teams()
    is_typed = bool(errors) and "name_en" in request.form
    typed = request.form if is_typed else _facts_of(team)
    page = render_template(
        "admin/team.html",
        team=team,
        typed=typed,
        errors=errors,
        chosen=set(request.form.getlist("boards")) if is_typed else _boards_of(team, answering),
        boards=list_boards(current_viewer()),
        agents=[(person.id, person.name) for person in agents],
        candidates=[(one.id, one.name) for one in agents if one.id not in members],
        workers=workers,
        is_default=team is not None and team.slug == DEFAULT_SLUG,
        others={other.id: other.name_in(reader_language()) for other in list_teams()},
        answering=answering,
    )
    return page, status


def _facts_of(team: Team | None) -> dict[str, object]:
    if team is None:
        return {}
    names = {f"name_{code}": name for code, name in team.names.items()}
    return {**names, "lead": team.lead_id or "", "rotates": team.rotates}


def _boards_of(team: Team | None, answering: Mapping[int, int]) -> set[str]:
    own = team.id if team else 0
    return {str(board_id) for board_id, team_id in answering.items() if team_id == own}


def _back_to(team_id: int) -> ResponseReturnValue:
    return redirect(url_for("teams.show_team", team_id=team_id), 303)
