"""Saying how pressing a case is, and handing it over to another team."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import NotFound
from community.core.forms import takes
from community.core.web import current_viewer, read_id
from community.escalation.cases.operations import triage
from community.escalation.cases.queries.desk import get_case
from community.escalation.cases.views.composing import blueprint
from community.escalation.cases.views.desk import act_on_case

__all__ = ["blueprint"]


@blueprint.post("/desk/cases/<int:case_id>/priority")
@takes("priority")
def save_priority(case_id: int) -> ResponseReturnValue:
    """Say how pressing a case is."""
    priority = request.form.get("priority", "")
    return act_on_case(case_id, lambda actor: triage.set_priority(actor, case_id, priority))


@blueprint.post("/desk/cases/<int:case_id>/team")
@takes("team", "team_reason")
def hand_over(case_id: int) -> ResponseReturnValue:
    """Hand a case over to another team; whoever does not work there sees it no more."""
    raw, reason = request.form.get("team", ""), request.form.get("team_reason", "")
    team_id = read_id(raw) or 0
    answer = act_on_case(case_id, lambda actor: triage.hand_over(actor, case_id, team_id, reason))
    try:
        get_case(current_viewer(), case_id)
    except NotFound:
        flash(_("The other team has the case now."), "success")
        return redirect(url_for("desk.list_cases"), 303)
    return answer
