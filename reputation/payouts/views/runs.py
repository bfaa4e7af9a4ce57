"""The run of a period: the frozen list, its approval, its sums, and what is left of it."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.reasons import ReasonUnfit
from community.core.web import add_deletion, current_viewer
from reputation.payback.models import Choice, LineState, PayoutLine
from reputation.payouts import operations
from reputation.payouts.policies import can_approve_list
from reputation.payouts.queries import (
    FORMS,
    get_line,
    get_period,
    list_batches,
    list_runs,
    page_of_lines,
    reconcile,
)
from reputation.payouts.views.blueprint import blueprint, moves_money, page

STATES = frozenset(state.value for state in LineState)


@blueprint.get("/admin/payback/runs")
def show_runs() -> ResponseReturnValue:
    """Show all periods whose list was locked, and what halts payouts."""
    return page("runs.html", runs=list_runs(current_viewer()))


@blueprint.get("/admin/payback/runs/<int:period_id>")
def show_run(period_id: int) -> ResponseReturnValue:
    """Show the frozen list a page at a time, its sums and files, and the next step."""
    viewer = current_viewer()
    period = get_period(viewer, period_id)
    state = request.args.get("state") or None
    if state is not None and state not in STATES:
        raise Invalid()
    after_id = request.args.get("after", 0, type=int)
    lines, more = page_of_lines(period.id, after_id=after_id, state=state)
    return page(
        "run.html",
        period=period,
        may_approve=can_approve_list(viewer, period.prepared_by_id),
        sums=reconcile(period.id),
        batches=list_batches(period.id),
        forms=FORMS,
        lines=lines,
        more=more,
        state=state,
    )


@blueprint.post("/admin/payback/runs/<int:period_id>/approval")
@takes("digest")
@moves_money
def approve_list(period_id: int) -> ResponseReturnValue:
    """Approve the list that was looked at, named by its digest."""
    operations.approve_list(current_viewer(), period_id, request.form.get("digest", ""))
    flash(_("The list is approved. Files can be made now."), "success")
    return _back_to(period_id)


@blueprint.post("/admin/payback/runs/<int:period_id>/files")
@takes("form")
@moves_money
def make_file(period_id: int) -> ResponseReturnValue:
    """Make the file of a form, or find the one that was made."""
    form = request.form.get("form", "")
    if form not in FORMS:
        raise Invalid()
    batch = operations.export_form(current_viewer(), period_id, Choice(form))
    if batch is None:
        flash(_("There is nothing to pay in this form."), "info")
        return _back_to(period_id)
    return redirect(url_for("payouts.show_file", batch_id=batch.id), 303)


@blueprint.post("/admin/payback/runs/<int:period_id>/closure")
@takes()
@moves_money
def close_period(period_id: int) -> ResponseReturnValue:
    """Close a period that is paid and whose sums agree."""
    operations.close_period(current_viewer(), period_id)
    flash(_("The period is closed."), "success")
    return _back_to(period_id)


@blueprint.post("/admin/payback/lines/<int:line_id>/retry")
@takes()
@moves_money
def retry_line(line_id: int) -> ResponseReturnValue:
    """Let a failed payment go into the next file."""
    line = _line(line_id)
    operations.retry_line(current_viewer(), line_id)
    flash(_("The payment goes into the next file."), "success")
    return _back_to(line.period_id)


@blueprint.post("/admin/payback/lines/<int:line_id>/carry-over")
@takes()
@moves_money
def leave_line(line_id: int) -> ResponseReturnValue:
    """Leave a failed payment for the next period."""
    line = _line(line_id)
    operations.leave_line(current_viewer(), line_id)
    flash(_("The points are left for the next period."), "success")
    return _back_to(line.period_id)


@takes("reason")
@moves_money
def lift_halt() -> ResponseReturnValue:
    """Let payouts go on, with the reason; every invariant is checked before."""
    viewer, reason = current_viewer(), request.form.get("reason", "")
    try:
        operations.lift_halt(viewer, reason)
    except ReasonUnfit as refusal:
        error = refusal.errors["reason"]
        shown = page("runs.html", runs=list_runs(viewer), halt_reason=reason, halt_error=error)
        return shown, refusal.status
    flash(_("Payouts go on."), "success")
    return redirect(url_for("payouts.show_runs"), 303)


add_deletion(blueprint, "/admin/payback/halt", lift_halt)


def _line(line_id: int) -> PayoutLine:
    return get_line(current_viewer(), line_id)


def _back_to(period_id: int) -> ResponseReturnValue:
    return redirect(url_for("payouts.show_run", period_id=period_id), 303)
