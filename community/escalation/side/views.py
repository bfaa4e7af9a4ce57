"""Side conversations on the desk: a part of the case's page, or a page of its own."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid, RateLimited
from community.core.forms import takes
from community.core.limits import limited
from community.core.reply_addresses import mail_site
from community.core.submissions import submit_once
from community.core.web import current_viewer, is_fragment_request, renders
from community.escalation.cases.policies import can_change_case
from community.escalation.cases.queries.desk import get_case
from community.escalation.side.operations import start_side, write_aside
from community.escalation.side.queries import get_side, list_sides
from community.escalation.teams.policies import can_use_desk
from community.escalation.teams.queries import team_ids_of
from community.identity.signing_in import signed_in_user

blueprint = Blueprint("side", __name__)


@blueprint.before_request
def let_agents_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_use_desk(current_viewer()))


@blueprint.get("/desk/cases/<int:case_id>/side")
def show_sides(case_id: int) -> ResponseReturnValue:
    """Show what others outside were asked about a case; a page, or a part of the case's."""
    return _render(case_id)


def _render(
    case_id: int, *, status: int = 200, errors: Any = None, side_id: int = 0
) -> ResponseReturnValue:
    viewer = current_viewer()
    case = get_case(viewer, case_id)
    name = "support/_side.html" if is_fragment_request() else "support/side.html"
    page = render_template(
        name,
        case=case,
        sides=list_sides(viewer, case_id),
        may_change=can_change_case(viewer, case, team_ids_of(viewer)),
        takes_mail=bool(mail_site().reply_address),
        errors=errors or {},
        typed=request.form,
        typed_in=side_id,
    )
    return page, status


@blueprint.post("/desk/cases/<int:case_id>/side")
@takes("email", "subject", "body")
@renders("body")
@limited("writing")
def create_side(case_id: int) -> ResponseReturnValue:
    """Ask somebody outside about a case."""
    get_case(current_viewer(), case_id)
    return _once(case_id, 0, lambda: _start(case_id))


def _start(case_id: int) -> str:
    form = request.form
    start_side(
        signed_in_user(),
        case_id,
        email=form.get("email", ""),
        subject=form.get("subject", ""),
        body=form.get("body", ""),
    )
    flash(_("The mail is on its way."), "success")
    return url_for("side.show_sides", case_id=case_id)


@blueprint.post("/desk/side/<int:side_id>/messages")
@takes("body")
@renders("body")
@limited("writing")
def create_message(side_id: int) -> ResponseReturnValue:
    """Write on in a side conversation."""
    side, case = get_side(current_viewer(), side_id)
    return _once(case.id, side.id, lambda: _write_on(side_id))


def _write_on(side_id: int) -> str:
    side, case = get_side(current_viewer(), side_id)
    write_aside(signed_in_user(), side, request.form.get("body", ""))
    flash(_("The mail is on its way."), "success")
    return url_for("side.show_sides", case_id=case.id)


def _once(case_id: int, side_id: int, act: Any) -> ResponseReturnValue:
    try:
        return submit_once(current_viewer().viewer_id, act)
    except (Conflict, Invalid, RateLimited) as refusal:
        forget_changes()
        errors = dict(refusal.errors) if isinstance(refusal, Invalid) else {}
        return _render(
            case_id,
            status=refusal.status,
            errors=errors or {"": refusal.message},
            side_id=side_id,
        )
