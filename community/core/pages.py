"""How a refusal looks: a page, a fragment for htmx, or problem JSON (RFC 9457)."""

import structlog
from flask import Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from community.core.errors import RateLimited, Refusal
from community.core.web import is_fragment_request, wants_json

log = structlog.get_logger()

SECRET_FIELDS = frozenset({"csrf_token", "password", "password_confirm", "new_password", "_method"})


def render_error(error: Exception) -> ResponseReturnValue:
    """Turn any raised error into a response; unknown ones are logged and become a 500."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error.get_response()
    status, message = _describe(error)
    response = make_response(_body(error, status, message), status)
    _add_headers(response, error)
    return response


def _describe(error: Exception) -> tuple[int, str | None]:
    if isinstance(error, Refusal):
        return error.status, str(error)
    if isinstance(error, CSRFError):
        return 400, _("This form was open for too long. Please send it once more.")
    if isinstance(error, HTTPException):
        return error.code or 500, None
    # Only the kind of error is logged: its text may quote what somebody wrote.
    log.error("unexpected_error", error=type(error).__name__, rule=_rule(), exc_info=_traceback())
    return 500, None


def _traceback() -> bool:
    from flask import current_app

    return bool(current_app.debug or current_app.testing)


def _rule() -> str:
    return str(request.url_rule) if request.url_rule else "-"


def _body(error: Exception, status: int, message: str | None) -> str | Response:
    if wants_json() and not is_fragment_request():
        response = jsonify(title=message or str(status), status=status, instance=g.request_id)
        response.mimetype = "application/problem+json"
        return response
    if is_fragment_request():
        return render_template("errors/_notice.html", status=status, message=message)
    if isinstance(error, CSRFError):
        return render_template("errors/resend.html", message=message, **_typed_fields())
    return render_template("errors/error.html", status=status, message=message)


def _typed_fields() -> dict[str, object]:
    """What the person had typed, so that a refused form loses nothing.

    Sending again by one click is offered only where the browser says the form was our own.
    """
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in SECRET_FIELDS and value
    ]
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return {"typed": typed, "action": request.full_path.rstrip("?"), "may_resend": ours}


def _add_headers(response: Response, error: Exception) -> None:
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
