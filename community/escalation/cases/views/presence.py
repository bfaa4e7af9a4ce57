"""Who else is at a case, kept fresh while its page is open."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from community.core.forms import takes
from community.core.limits import limited
from community.core.web import current_viewer, read_only
from community.escalation.cases.operations.presence import note_presence
from community.escalation.cases.queries.desk import get_case
from community.escalation.cases.queries.presence import list_present
from community.escalation.cases.views.desk import blueprint

__all__ = ["blueprint"]


@blueprint.post("/desk/cases/<int:case_id>/presence")
@read_only
@takes("typing")
@limited("typing")
def show_present(case_id: int) -> ResponseReturnValue:
    """Show who else has the case open (fragment), and note that the viewer has."""
    viewer_id = current_viewer().viewer_id
    assert viewer_id is not None
    get_case(current_viewer(), case_id)
    note_presence(viewer_id, case_id, is_typing=request.form.get("typing") == "1")
    return render_template("support/_presence.html", present=list_present(case_id, but=viewer_id))
