"""How a refusal looks: a page, a fragment for htmx, or problem JSON (RFC 9457).

These pages read neither the database nor the session's user, so they also stand when those do not.
"""

import traceback
from http import HTTPStatus
from typing import Any

import structlog
from flask import Response, current_app, g, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from community.core import typed
from community.core.errors import Invalid, RateLimited, Refusal
from community.core.i18n import reader_language
from community.core.markup import TextTooLong, UnacceptableText
from community.core.web import SAFE_METHODS, is_fragment_request, reader_theme, wants_json

log = structlog.get_logger()

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
RETRY_SECONDS = 30
FRAMES_LOGGED = 6


def render_error(error: Exception) -> ResponseReturnValue:
    """Turn any raised error into a response; unknown ones are logged and become a 500."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error.get_response()
    status, message = _describe(error)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        typed.discard_body()
    response = make_response(_body(error, status, message), status)
    _add_headers(response, error, status)
    return response


def _describe(error: Exception) -> tuple[int, str | None]:
    """Return the status and, where the refusal has words of its own, the message."""
    if isinstance(error, Refusal):
        # One wording for all that is not found: it must not tell why.
        return error.status, None if error.status == HTTPStatus.NOT_FOUND else str(error)
    if isinstance(error, CSRFError):
        return 400, _("This form was open for too long. Please send it once more.")
    if isinstance(error, HTTPException):
        return error.code or 500, None
    if isinstance(error, UnacceptableText):
        return 422, _("The text holds a character that cannot be stored.")
    if isinstance(error, TextTooLong):
        return 422, _("This is too long: at most %(num)s characters.", num=error.limit)
    return _describe_failure(error), None


def _describe_failure(error: Exception) -> int:
    if isinstance(error, DataError):
        # A value that no column takes slipped through: the sender's fault, and ours.
        log.warning("unfit_input", rule=_rule(), where=_frames(error))
        return 404 if request.method in SAFE_METHODS else 422
    # Only the kind of error is logged: its text may quote what somebody wrote.
    log.error(
        "unexpected_error",
        error=type(error).__name__,
        rule=_rule(),
        where=_frames(error),
        exc_info=current_app.debug,
    )
    return 503 if isinstance(error, DATABASE_AWAY) else 500


def _frames(error: Exception) -> list[str]:
    """Return where an error came from, innermost last, without anything it was about."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _rule() -> str:
    return str(request.url_rule) if request.url_rule else "-"


def _body(error: Exception, status: int, message: str | None) -> str | Response:
    if is_fragment_request():
        return _rendered("errors/_notice.html", status=status, message=message)
    if wants_json():
        return _problem(error, status, message)
    kept = typed.kept_text()
    if isinstance(error, CSRFError) or (kept and isinstance(error, RateLimited)):
        fields = typed.fields_to_resend()
        return _rendered("errors/resend.html", status=status, message=message, **fields)
    return _rendered("errors/error.html", status=status, message=message, kept=kept)


def _rendered(template: str, **context: Any) -> str:
    # Not `render_template`: its context names the session's user, and asks the database for it.
    return current_app.jinja_env.get_template(template).render(
        locale=reader_language(),
        theme=reader_theme(),
        request_id=g.get("request_id", ""),
        **context,
    )


def _problem(error: Exception, status: int, message: str | None) -> Response:
    told: dict[str, object] = {
        "type": "about:blank",
        "title": message or HTTPStatus(status).phrase,
        "status": status,
        "instance": g.get("request_id", ""),
    }
    if isinstance(error, Invalid) and error.errors:
        told["errors"] = {name: str(words) for name, words in error.errors.items()}
    response = jsonify(told)
    response.mimetype = "application/problem+json"
    return response


def _add_headers(response: Response, error: Exception, status: int) -> None:
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    response.headers["Cache-Control"] = "no-store"
