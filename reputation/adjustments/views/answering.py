"""Appeals as staff see them: the queue by due date, one case, and its answer."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.pagination import Cursor
from community.core.web import current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from reputation.adjustments.models import UPHELD
from reputation.adjustments.operations.appeals import reject_appeal, take_appeal, uphold_appeal
from reputation.adjustments.policies import can_answer_appeal
from reputation.adjustments.queries.adjustments import reasons_of
from reputation.adjustments.queries.appeals import (
    get_appeal,
    list_makers_of,
    list_open_appeals,
    page_of_decided,
)
from reputation.adjustments.views.blueprints import adjustments
from reputation.adjustments.wording import APPEAL_WORDS, entry_words, points_words


@adjustments.get("/admin/appeals")
def list_queue() -> str:
    """List appeals that wait, the most urgent first, and below them what was answered."""
    viewer, cursor = current_viewer(), Cursor.parse(request.args.get("before"))
    return render_template(
        "reputation/appeals/queue.html",
        waiting=[] if cursor else list_open_appeals(viewer),
        page=page_of_decided(viewer, cursor),
        states=APPEAL_WORDS,
        entry_words=entry_words,
        points_words=points_words,
    )


@adjustments.get("/admin/appeals/<int:appeal_id>")
def show_case(appeal_id: int) -> ResponseReturnValue:
    """Show an appeal with its line, and what the viewer may do about it."""
    return _render(appeal_id, {})


def _render(appeal_id: int, errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    viewer = current_viewer()
    row = get_appeal(viewer, appeal_id)
    page = render_template(
        "reputation/appeals/case.html",
        row=row,
        reason=reasons_of([row.entry.id]).get(row.entry.id, ""),
        may_answer=can_answer_appeal(viewer, row.appeal, list_makers_of(row.entry)),
        states=APPEAL_WORDS,
        entry_words=entry_words,
        points_words=points_words,
        errors=errors,
        typed=request.form,
    )
    return page, status


@adjustments.post("/admin/appeals/<int:appeal_id>/review")
@takes()
def take(appeal_id: int) -> ResponseReturnValue:
    """Take an appeal on."""
    take_appeal(signed_in_user(), appeal_id)
    return _back_to(appeal_id)


@adjustments.post("/admin/appeals/<int:appeal_id>/correction")
@takes("amount", "answer")
@recently_verified
def uphold(appeal_id: int) -> ResponseReturnValue:
    """Say that the member is right, and correct the line."""
    amount = request.form.get("amount", 0, type=int)
    answer = request.form.get("answer", "")
    try:
        appeal = uphold_appeal(signed_in_user(), appeal_id, amount=amount, answer=answer)
    except Invalid as refusal:
        return _render(appeal_id, _here(refusal.errors), 422)
    if appeal.state == UPHELD:
        flash(_("The line is corrected, and the member has your answer."), "success")
    else:
        flash(_("That is above your limit: an administrator has to confirm it."), "info")
    return _back_to(appeal_id)


def _here(errors: Mapping[str, object]) -> dict[str, object]:
    """Name the fields of this page: what an adjustment calls its reason is the answer here."""
    return {("answer" if name == "reason" else name): words for name, words in errors.items()}


@adjustments.post("/admin/appeals/<int:appeal_id>/rejection")
@takes("answer")
@recently_verified
def reject(appeal_id: int) -> ResponseReturnValue:
    """Leave the line as it is, and say why."""
    try:
        reject_appeal(signed_in_user(), appeal_id, answer=request.form.get("answer", ""))
    except Invalid as refusal:
        return _render(appeal_id, {"rejection": refusal.errors["answer"]}, 422)
    flash(_("The member has your answer."), "success")
    return _back_to(appeal_id)


def _back_to(appeal_id: int) -> ResponseReturnValue:
    return redirect(url_for("adjustments.show_case", appeal_id=appeal_id), 303)
