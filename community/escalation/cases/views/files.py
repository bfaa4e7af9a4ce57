"""Files of cases, as they are sent: to be saved, never to be opened as a page of ours."""

from io import BytesIO

from flask import Blueprint, Response, send_file

from community.core.web import current_viewer
from community.escalation.cases.models import INTERNAL, PRIVATE, CaseFile
from community.escalation.cases.queries import desk, own
from community.escalation.cases.queries.files import get_file

blueprint = Blueprint("case_files", __name__)

# Should a browser take it for a page all the same, that page can do nothing.
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get("/desk/cases/<int:case_id>/files/<int:file_id>")
def show_file(case_id: int, file_id: int) -> Response:
    """Send a file of a case to whoever works on it."""
    case = desk.get_case(current_viewer(), case_id)
    return _send(get_file(case, file_id, (PRIVATE, INTERNAL)))


@blueprint.get("/cases/<int:case_id>/files/<int:file_id>")
def show_own_file(case_id: int, file_id: int) -> Response:
    """Send a file of a case to its customer: what came with private messages."""
    case = own.get_own_case(current_viewer(), case_id)
    return _send(get_file(case, file_id, (PRIVATE,)))


def _send(file: CaseFile) -> Response:
    response = send_file(
        BytesIO(file.content),
        mimetype=file.content_type,
        as_attachment=True,
        download_name=file.name,
        max_age=0,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = NOTHING
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
