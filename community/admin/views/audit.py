"""The audit log: who did what, and who saw what; administrators read all of it."""

import json
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from community.admin.audit_queries import (
    EXPORTED_AT_MOST,
    LogFilter,
    LogRow,
    page_of_log,
    rows_of_log,
)
from community.admin.wording import ACTION_WORDS, SUBJECT_WORDS, action_words
from community.core.authz import require
from community.core.csv_files import MARK, csv_file
from community.core.forms import takes
from community.core.i18n import iso
from community.core.web import current_viewer, read_id
from community.identity.signing_in import recently_verified
from moderation.audit.operations.log import note_export
from moderation.audit.policies import can_export_log, can_see_log, can_see_whole_log

HEADER = (
    *("entry", "at", "actor_id", "actor", "role", "action"),
    *("subject_type", "subject_id", "before", "after", "reason", "request_id"),
)

blueprint = Blueprint("audit_log", __name__)


@blueprint.before_request
def let_readers_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_see_log(current_viewer()))


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_log": can_see_log}


@blueprint.get("/admin/audit")
def show_log() -> str:
    """Show the log, newest first, with what to look for."""
    viewer, wanted = current_viewer(), LogFilter.of(request.args)
    page = page_of_log(viewer, wanted, read_id(request.args.get("before", "")))
    further: dict[str, Any] = {**wanted.values, "before": page.older}
    older = url_for("audit_log.show_log", **further) if page.older else ""
    return render_template(
        "admin/audit.html",
        page=page,
        wanted=wanted,
        older=older,
        action_words=action_words,
        actions=sorted(ACTION_WORDS.items(), key=lambda item: str(item[1])),
        subjects=SUBJECT_WORDS,
        sees_all=can_see_whole_log(viewer),
        may_export=can_export_log(viewer),
        most=EXPORTED_AT_MOST,
    )


@blueprint.post("/admin/audit/exports")
@takes(*LogFilter.__dataclass_fields__)
@recently_verified
def export_log() -> ResponseReturnValue:
    """Hand out what was found as a file; a POST, for it is recorded who took it."""
    viewer, wanted = current_viewer(), LogFilter.of(request.form)
    require(can_export_log(viewer))
    table = csv_file(HEADER, map(_cells, rows_of_log(viewer, wanted)))
    note_export(viewer, {"format": "csv", "filter": sorted(wanted.values)})
    response = Response(MARK + table, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cells(row: LogRow) -> list[object]:
    entry = row.entry
    facts = [
        "" if each is None else json.dumps(each, ensure_ascii=False)
        for each in (entry.before, entry.after)
    ]
    return [
        *(entry.id, iso(entry.at), entry.actor_id or "", row.actor, entry.actor_role),
        *(entry.action, entry.subject_type, entry.subject_id or ""),
        *(*facts, entry.reason, entry.request_id),
    ]
