"""The list of answers that seem to have solved their question, and saying that one did not."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.forms import takes
from community.core.limits import limited
from community.core.pagination import Cursor
from community.core.web import current_viewer
from community.identity.signing_in import signed_in_user
from community.questions.operations.likely import refuse_solution
from community.questions.policies import can_see_likely_solutions
from community.questions.queries.likely import page_of_likely
from community.questions.views.loading import access_answer

blueprint = Blueprint("likely", __name__)


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_likely_solutions": can_see_likely_solutions}


@blueprint.get("/likely-solutions")
def list_likely() -> ResponseReturnValue:
    """List what waits for somebody's word, the newest first."""
    page = page_of_likely(current_viewer(), Cursor.parse(request.args.get("before")))
    older = url_for("likely.list_likely", before=str(page.older)) if page.older else ""
    return render_template("questions/likely.html", page=page, older=older)


@blueprint.post("/answers/<int:answer_id>/likely-refusal")
@takes()
@limited("writing")
def refuse_likely(answer_id: int) -> ResponseReturnValue:
    """Say that an answer was no solution; it comes up again with a newer sign."""
    question, answer = access_answer(answer_id)
    refuse_solution(signed_in_user(), question, answer)
    flash(_("It is off the list until something new says that it helped."), "success")
    return redirect(url_for("likely.list_likely"), 303)
