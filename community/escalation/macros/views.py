"""Pages on which teams keep their macros."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import is_admin, require
from community.core.errors import Invalid, NotAllowed
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.web import LARGEST_ID, add_resource, current_viewer
from community.escalation.macros.models import BODY_MAX_CHARS, NAME_MAX_CHARS, Macro
from community.escalation.macros.operations import (
    MacroTexts,
    add_macro,
    change_macro,
    restore_macro,
    retire_macro,
)
from community.escalation.macros.policies import can_see_macros, can_write_macro
from community.escalation.macros.queries import (
    get_macro,
    led_team_ids,
    list_macros,
    list_writable_teams,
)
from community.escalation.macros.wording import (
    OWNER_WORDS,
    PRIORITY_CHOICES,
    STATE_WORDS,
    VARIABLE_WORDS,
)
from community.escalation.teams.queries import list_teams, team_ids_of

blueprint = Blueprint("macros", __name__)

FIELDS = ("name", "body", "language", "team", "state", "priority", "owner")


@blueprint.before_request
def let_teams_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    viewer = current_viewer()
    require(can_see_macros(viewer, team_ids_of(viewer)))


@blueprint.get("/desk/macros")
def list_all() -> ResponseReturnValue:
    """List the macros of one's teams and of every team."""
    viewer = current_viewer()
    led = led_team_ids(viewer)
    return render_template(
        "macros/index.html",
        macros=[
            (macro, can_write_macro(viewer, macro.team_id, led)) for macro in list_macros(viewer)
        ],
        may_add=bool(list_writable_teams(viewer)) or is_admin(viewer),
        teams={team.id: team for team in list_teams()},
    )


@blueprint.get("/desk/macros/new")
def new_macro() -> ResponseReturnValue:
    """Show the form for one more macro, to those who may make one."""
    require(is_admin(current_viewer()) or bool(list_writable_teams(current_viewer())))
    return _form(None, {"language": reader_language()}, {})


@blueprint.post("/desk/macros")
@takes(*FIELDS)
def create_macro() -> ResponseReturnValue:
    """Make a macro."""
    try:
        add_macro(current_viewer(), _typed())
    except Invalid as refusal:
        return _form(None, request.form, dict(refusal.errors))
    flash(_("The macro is ready to be used."), "success")
    return redirect(url_for("macros.list_all"), 303)


@blueprint.get("/desk/macros/<int:macro_id>")
def edit_macro(macro_id: int) -> ResponseReturnValue:
    """Show the form that changes a macro, to those who may."""
    viewer = current_viewer()
    macro = get_macro(viewer, macro_id)
    if not can_write_macro(viewer, macro.team_id, led_team_ids(viewer)):
        raise NotAllowed()
    values = {name: getattr(macro, name) for name in FIELDS if name != "team"}
    return _form(macro, {**values, "team": macro.team_id or ""}, {})


@blueprint.post("/desk/macros/<int:macro_id>")
@takes(*FIELDS)
def save_macro(macro_id: int) -> ResponseReturnValue:
    """Change a macro."""
    viewer = current_viewer()
    macro = get_macro(viewer, macro_id)
    try:
        change_macro(viewer, macro, _typed())
    except Invalid as refusal:
        return _form(macro, request.form, dict(refusal.errors))
    flash(_("The macro was changed."), "success")
    return redirect(url_for("macros.list_all"), 303)


def retire(macro_id: int) -> ResponseReturnValue:
    """Offer a macro no more."""
    viewer = current_viewer()
    retire_macro(viewer, get_macro(viewer, macro_id))
    flash(_("The macro is offered no more."), "success")
    return redirect(url_for("macros.list_all"), 303)


def restore(macro_id: int) -> ResponseReturnValue:
    """Offer a macro again."""
    viewer = current_viewer()
    restore_macro(viewer, get_macro(viewer, macro_id))
    flash(_("The macro is ready to be used."), "success")
    return redirect(url_for("macros.list_all"), 303)


add_resource(
    blueprint,
    "/desk/macros/<int:macro_id>/retirement",
    create=takes()(retire),
    delete=takes()(restore),
)


def _typed() -> MacroTexts:
    form = request.form
    fields = {name: form.get(name, "") for name in FIELDS if name != "team"}
    return MacroTexts(**fields, team_id=_team_id())


def _team_id() -> int | None:
    raw = request.form.get("team", "")
    if not raw:
        return None
    return min(int(raw[:10]), LARGEST_ID) if raw.isascii() and raw.isdigit() else LARGEST_ID


def _form(macro: Macro | None, typed: Any, errors: dict[str, Any]) -> ResponseReturnValue:
    viewer = current_viewer()
    every = [("", _("All teams"))] if is_admin(viewer) else []
    named = [(team.id, team.name_in(reader_language())) for team in list_writable_teams(viewer)]
    page = render_template(
        "macros/form.html",
        macro=macro,
        typed=typed,
        errors=errors,
        teams=every + named,
        states=list(STATE_WORDS.items()),
        priorities=list(PRIORITY_CHOICES.items()),
        owners=list(OWNER_WORDS.items()),
        variables=VARIABLE_WORDS,
        longest=(NAME_MAX_CHARS, BODY_MAX_CHARS),
    )
    return page, 422 if errors else 200
