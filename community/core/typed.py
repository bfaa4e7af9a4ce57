"""What somebody had typed into a form that was refused: kept, so that a refusal loses nothing."""

from contextlib import suppress
from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

LONGEST_KEPT_CHARS = 100_000
SHORT_CHARS = 60
DISCARDED_BYTES = 32 * 1_048_576
TEXT_FIELDS = frozenset({"title", "body", "tags", "note", "reason", "bio", "text", "facts"})
# The token is made anew; passwords are typed anew.
NEVER_KEPT = "password"


class TypedField(NamedTuple):
    """A field as it was sent; ``is_text`` says that a person typed it."""

    name: str
    value: str
    is_text: bool
    label: str


def fields_to_resend() -> dict[str, Any]:
    """Return what the page shows of a form that came too late.

    Sending again by one click is offered only where the browser says the form was our own; from
    elsewhere it would be the very forgery the token is there to stop.
    """
    return {
        "typed": _fields(),
        "action": request.full_path.rstrip("?"),
        "may_resend": request.headers.get("Sec-Fetch-Site") == "same-origin",
    }


def kept_text() -> str:
    """Return what a person typed into the refused form, to be copied; empty for other requests."""
    texts = (field.value for field in _fields() if field.is_text)
    return "\n\n".join(texts)[:LONGEST_KEPT_CHARS]


def _fields() -> list[TypedField]:
    labels = {"title": _("Title"), "body": _("Text"), "tags": _("Tags"), "note": _("Note")}
    return [
        TypedField(name, value, _is_text(name, value), labels.get(name, _("What you typed")))
        for name, value in _form().items(multi=True)
        if value and name != "csrf_token" and NEVER_KEPT not in name
    ]


def _form() -> MultiDict[str, str]:
    try:
        return request.form
    except HTTPException:
        return MultiDict()


def _is_text(name: str, value: str) -> bool:
    return name in TEXT_FIELDS or len(value) > SHORT_CHARS or "\n" in value


def discard_body() -> None:
    """Receive what is still being sent, up to 32 MiB.

    Closing the connection on a browser that is still sending makes it show a broken connection
    instead of our answer.
    """
    stream = request.environ.get("wsgi.input")
    left = min(request.content_length or 0, DISCARDED_BYTES)
    with suppress(OSError, ValueError):
        while stream is not None and left > 0:
            piece = stream.read(min(left, 65_536))
            if not piece:
                return
            left -= len(piece)
