"""A member's own appeals: one line, and all of them."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import current_viewer
from community.identity.signing_in import signed_in_user
from reputation.adjustments.operations.appeals import open_appeal
from reputation.adjustments.queries.adjustments import reasons_of
from reputation.adjustments.queries.appeals import (
    find_appeal_of,
    get_own_entry,
    list_own_appeals,
)
from reputation.adjustments.views.blueprints import appeals
from reputation.adjustments.wording import APPEAL_WORDS, entry_words, points_words


@appeals.get("/reputation/appeals")
def list_appeals() -> str:
    """List the viewer's own appeals with what became of them."""
    viewer = current_viewer()
    return render_template(
        "reputation/appeals/index.html",
        rows=list_own_appeals(viewer),
        states=APPEAL_WORDS,
        entry_words=entry_words,
        points_words=points_words,
    )


@appeals.get("/reputation/entries/<int:entry_id>/appeal")
def show_appeal(entry_id: int) -> ResponseReturnValue:
    """Show a line of the viewer's own with its appeal, or a form for one."""
    return _render(entry_id, {})


def _render(entry_id: int, errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "reputation/appeals/new.html",
        entry=get_own_entry(current_viewer(), entry_id),
        appeal=find_appeal_of(entry_id),
        reason=reasons_of([entry_id]).get(entry_id, ""),
        states=APPEAL_WORDS,
        entry_words=entry_words,
        points_words=points_words,
        errors=errors,
        typed=request.form,
    )
    return page, status


@appeals.post("/reputation/entries/<int:entry_id>/appeal")
@takes("text")
def create_appeal(entry_id: int) -> ResponseReturnValue:
    """Object to a line of the viewer's own."""
    try:
        open_appeal(signed_in_user(), entry_id, request.form.get("text", ""))
    except Invalid as refusal:
        return _render(entry_id, refusal.errors, 422)
    flash(_("We have your appeal and answer by mail."), "success")
    return redirect(url_for("appeals.show_appeal", entry_id=entry_id), 303)
