"""A file: what is in it, taking it, and bringing reports on its payments."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import current_viewer
from reputation.payouts import operations
from reputation.payouts.files.tables import settlement_template
from reputation.payouts.models import PayoutBatch
from reputation.payouts.operations import Outcome
from reputation.payouts.queries import (
    count_open_items,
    get_batch,
    list_imports,
    list_references,
)
from reputation.payouts.views.blueprint import blueprint, moves_money, page

MIME_TYPES = {"xml": "application/xml", "csv": "text/csv"}


@blueprint.get("/admin/payback/files/<int:batch_id>")
def show_file(batch_id: int) -> ResponseReturnValue:
    """Show what a file comes to, what was reported on it, and the form for a report."""
    return _render(get_batch(current_viewer(), batch_id))


def _render(batch: PayoutBatch, outcome: Outcome | None = None, error: str = "") -> str:
    return page(
        "file.html",
        batch=batch,
        open_items=count_open_items(batch.id),
        imports=list_imports(batch.id),
        outcome=outcome,
        error=error,
    )


@blueprint.post("/admin/payback/files/<int:batch_id>/downloads")
@takes()
@moves_money
def take_file(batch_id: int) -> ResponseReturnValue:
    """Hand out the file; a POST, for it is recorded who took it."""
    viewer = current_viewer()
    batch = get_batch(viewer, batch_id)
    return _attachment(operations.open_file(viewer, batch_id), batch.file_name)


@blueprint.get("/admin/payback/files/<int:batch_id>/report.csv")
def show_template(batch_id: int) -> ResponseReturnValue:
    """Hand out a report to be filled in: every payment with its key and amount."""
    batch = get_batch(current_viewer(), batch_id)
    data = settlement_template(list_references(batch.id))
    return _attachment(data, f"{batch.message_id.lower()}-report.csv")


def _attachment(data: bytes, name: str) -> Response:
    mime_type = MIME_TYPES[name.rpartition(".")[2]]
    response = Response(data, mimetype=mime_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/admin/payback/files/<int:batch_id>/reports")
@takes(file="report")
@moves_money
def bring_report(batch_id: int) -> ResponseReturnValue:
    """Settle or fail what a report says; lines that do not fit are shown with what is wrong."""
    viewer = current_viewer()
    upload = request.files.get("report")
    data = upload.read() if upload else b""
    try:
        outcome = operations.import_settlement(viewer, batch_id, data)
    except Invalid as refusal:
        error = str(refusal.errors.get("report", refusal))
        return _render(get_batch(viewer, batch_id), error=error), 422
    if outcome.faults:
        return _render(get_batch(viewer, batch_id), outcome=outcome)
    flash(_words(outcome), "success")
    return redirect(url_for("payouts.show_file", batch_id=batch_id), 303)


def _words(outcome: Outcome) -> str:
    if not (outcome.settled or outcome.failed):
        return ngettext(
            "This report brought nothing new: its %(num)d payment was reported before.",
            "This report brought nothing new: all its %(num)d payments were reported before.",
            outcome.repeated,
        )
    return " ".join(
        (
            ngettext("%(num)d payment settled.", "%(num)d payments settled.", outcome.settled),
            ngettext("%(num)d failed.", "%(num)d failed.", outcome.failed),
            _("%(number)s known already.", number=outcome.repeated),
        )
    )
