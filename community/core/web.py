"""The web side of the kernel: one transaction per request, headers, errors, addresses.

A view loads, calls one operation or query, and returns. What it returns is committed here; what it
raises is rolled back here and rendered as a page, a fragment or problem JSON.
"""

import secrets
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit, urlunsplit

import structlog
from flask import Blueprint, Flask, Request, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import IntegerConverter, RequestRedirect

from community.core import db as database
from community.core import limits, markup, sightings
from community.core.authz import GUEST, Viewer
from community.core.errors import NotFound, Refusal
from community.core.settings import current_settings
from community.core.wording import present_wording

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What a column of PostgreSQL's type integer can hold.
LARGEST_ID = 2**31 - 1
URL_CACHE_SIZE = 50_000
THEMES = ("light", "dark")
NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

csrf = CSRFProtect()

_script_root: ContextVar[str | None] = ContextVar("script_root", default=None)


def read_id(typed: str | None) -> int | None:
    """Return an id that somebody typed or an address names; None where no record can have it.

    Digits of other scripts are none, as in paths: one record, one address.
    """
    if not typed or len(typed) > len(str(LARGEST_ID)) or not typed.isascii():
        return None
    number = int(typed) if typed.isdigit() else 0
    return number if 0 < number <= LARGEST_ID else None


class BoundedInteger(IntegerConverter):
    """An id in an address; one that no database column can hold is simply not found."""

    # Not \d, which also takes the digits of other scripts: one record, one address.
    regex = "[0-9]+"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(*args, **kwargs)


class Forum(Flask):
    """Flask with one commit per request and remembered addresses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url_map.converters["int"] = BoundedInteger
        self._urls: dict[tuple[Any, ...], str] = {}

    def full_dispatch_request(self) -> Response:
        token = _script_root.set(request.script_root)
        try:
            return self._dispatch_in_transaction()
        finally:
            _script_root.reset(token)

    def _dispatch_in_transaction(self) -> Response:
        # Counted before the body is received, a text rendered or the lock waited for.
        if limits.is_refused():
            return super().full_dispatch_request()
        _let_files_in(self)
        if _only_reads(self):
            return super().full_dispatch_request()
        with markup.remembering():
            _prepare_to_write(self)
            with database.write_access():
                return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        _refuse_nul_in_path()
        if database.is_writing():
            _note_reader()
        response = super().dispatch_request()
        sightings.record_noted(current_viewer())
        if database.is_writing():
            database.commit()
        return response

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Find nothing, or redirect within this site: the router would name the request's host."""
        error = request.routing_exception
        if isinstance(error, RequestRedirect):
            parts = urlsplit(error.new_url)
            error.new_url = urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))
        super().raise_routing_exception(request)

    def handle_user_exception(self, e: Exception) -> Any:
        database.forget_changes()
        return super().handle_user_exception(e)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Build an address; remembered, because a page builds a hundred of them."""
        root = _script_root.get()
        if root is None or endpoint[0] == ".":
            return super().url_for(endpoint, **values)
        key = (root, endpoint, *values.items())
        try:
            return self._urls[key]
        except (KeyError, TypeError):
            url = super().url_for(endpoint, **values)
        if "_external" not in values and "_scheme" not in values:
            self._remember_url(key, url)
        return url

    def _remember_url(self, key: tuple[Any, ...], url: str) -> None:
        if len(self._urls) >= URL_CACHE_SIZE:
            self._urls.clear()
        try:
            self._urls[key] = url
        except TypeError:
            # An unhashable value, such as a list of filters: built anew each time.
            return


def _refuse_nul_in_path() -> None:
    """Find nothing at addresses with the one character no database text can hold."""
    if "\0" in request.path:
        raise NotFound()


def read_only(view: View) -> View:
    """Mark a POST view that changes nothing (a preview), so it takes no write lock."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view


def takes_files(
    most_bytes: int, prepare: Callable[[], None] | None = None
) -> Callable[[View], View]:
    """Mark a view whose form may bring files of ``most_bytes`` beside the text, of members only.

    ``prepare`` does with them what takes long, before the write lock; it may replace
    ``request.form``.
    """

    def mark(view: View) -> View:
        view.file_bytes = most_bytes  # type: ignore[attr-defined]
        view.prepare_files = prepare  # type: ignore[attr-defined]
        return view

    return mark


def renders(*fields: str) -> Callable[[View], View]:
    """Mark a view whose form ``fields`` are Markdown: they are rendered before the write lock."""

    def mark(view: View) -> View:
        view.rendered_fields = fields  # type: ignore[attr-defined]
        return view

    return mark


def _let_files_in(app: Flask) -> None:
    """Take a larger body where files are expected, from whoever has an account."""
    most_bytes = getattr(app.view_functions.get(request.endpoint or ""), "file_bytes", 0)
    # Of other forms nothing goes to a file: all of it would be held in memory.
    if not most_bytes or request.mimetype != "multipart/form-data":
        return
    if limits.present_limits().has_account():
        request.max_content_length = most_bytes + current_settings().max_body_bytes


def _only_reads(app: Flask) -> bool:
    if request.method in SAFE_METHODS:
        return True
    return getattr(app.view_functions.get(request.endpoint or ""), "reads_only", False)


def _prepare_to_write(app: Flask) -> None:
    """Do what may take long before the transaction begins: receive the body, render texts."""
    try:
        form = request.form
    except HTTPException:
        # Too large or cut short: whoever reads the form next gets the same error, and a page.
        return
    if not form.get("csrf_token") and not request.headers.get("X-CSRFToken"):
        return
    view = app.view_functions.get(request.endpoint or "")
    prepare = getattr(view, "prepare_files", None)
    if prepare is not None and request.files:
        prepare()
    for name in getattr(view, "rendered_fields", ()):
        for raw in request.form.getlist(name)[:1]:
            markup.render_ahead(raw)


def public(view: View) -> View:
    """Mark a view that guests may use. Every other view asks for a sign-in."""
    view.public = True  # type: ignore[attr-defined]
    return view


def impersonal(view: View) -> View:
    """Mark a public view that is the same for everybody; it reads no session."""
    view.impersonal = True  # type: ignore[attr-defined]
    return public(view)


def is_impersonal(app: Flask, endpoint: str | None) -> bool:
    """Say whether an endpoint answers everybody alike."""
    return getattr(app.view_functions.get(endpoint or ""), "impersonal", False)


def is_public(app: Flask, endpoint: str | None) -> bool:
    """Say whether guests may use an endpoint; unknown endpoints end as "not found"."""
    view = app.view_functions.get(endpoint or "")
    return view is None or getattr(view, "public", False)


def current_viewer() -> Viewer:
    """Return who makes this request; only views and templates call this."""
    viewer: Viewer = g.get("viewer", GUEST)
    return viewer


def note_shown() -> str:
    """Note that a whole page is shown, not a fragment or a number; the layout calls this."""
    g.shown = True
    return ""


def note_read(question_id: int, place: str, posts: int) -> None:
    """Note what the page shows, for whoever counts reading: how many posts of which question.

    ``place`` says which part of the question, where its answers fill several pages.
    """
    g.read = (question_id, place, posts)


def add_resource(
    blueprint: Blueprint,
    rule: str,
    *,
    create: Callable[..., ResponseReturnValue],
    delete: Callable[..., ResponseReturnValue],
) -> None:
    """Route POST to ``create`` and DELETE to ``delete``.

    A plain HTML form can only POST, so a field ``_method=DELETE`` counts as DELETE.
    """

    @wraps(create)
    def create_or_delete(**values: Any) -> ResponseReturnValue:
        if request.form.get("_method", "").upper() == "DELETE":
            return delete(**values)
        return create(**values)

    blueprint.add_url_rule(rule, create.__name__, create_or_delete, methods=["POST"])
    blueprint.add_url_rule(rule, delete.__name__, delete, methods=["DELETE"])


def add_deletion(
    blueprint: Blueprint, rule: str, delete: Callable[..., ResponseReturnValue]
) -> None:
    """Route DELETE to ``delete``, and POST with ``_method=DELETE``; any other POST is refused."""

    @wraps(delete)
    def delete_by_form(**values: Any) -> ResponseReturnValue:
        if request.method == "POST" and request.form.get("_method", "").upper() != "DELETE":
            raise MethodNotAllowed(["DELETE"])
        return delete(**values)

    blueprint.add_url_rule(rule, delete.__name__, delete_by_form, methods=["POST", "DELETE"])


def canonical_url(path: str) -> str:
    """Return the public address of a path of this site, whatever host a request came by."""
    return current_settings().site_url.rstrip("/") + path


def is_fragment_request() -> bool:
    """Say whether htmx asks for a piece of a page."""
    return request.headers.get("HX-Request") == "true"


def wants_json() -> bool:
    """Say whether the client prefers JSON to HTML."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def init_app(app: Flask, *, render_error: Callable[..., ResponseReturnValue]) -> None:
    """Attach headers, CSRF protection, request ids and the error handler."""
    app.before_request(_begin_request)
    app.before_request(limits.raise_refusal)
    csrf.init_app(app)
    app.after_request(_add_security_headers)
    app.register_error_handler(Refusal, render_error)
    app.register_error_handler(CSRFError, render_error)
    app.register_error_handler(HTTPException, render_error)
    app.register_error_handler(Exception, render_error)
    app.jinja_env.globals.update(
        csp_nonce=csp_nonce, canonical_url=canonical_url, note_shown=note_shown
    )


def _note_reader() -> None:
    # A write the database refuses takes the viewer's record along, and its error page still has to
    # speak the reader's language.
    present_wording()
    g.theme = reader_theme()


def reader_theme() -> str:
    """Return light or dark as chosen on this device, else in the account; system otherwise."""
    if "theme" in g:
        return str(g.theme)
    chosen = request.cookies.get("theme") or getattr(current_viewer(), "theme", "system")
    return chosen if chosen in THEMES else "system"


def _begin_request() -> None:
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def csp_nonce() -> str:
    """Return this response's script nonce."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _add_security_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy",
        _content_security_policy() if _is_of_this_request(response) else NOTHING_ALLOWED,
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if "Cache-Control" not in headers:
        signed_in = g.get("viewer", GUEST).viewer_id is not None
        headers["Cache-Control"] = "private, no-store" if signed_in else "private, no-cache"
    if not is_impersonal(current_app, request.endpoint):
        headers.add("Vary", "Cookie, Accept-Language, HX-Request")
    return response


def _is_of_this_request(response: Response) -> bool:
    """Say whether a response is for one request; what caches share must carry no nonce."""
    return "public" not in response.headers.get("Cache-Control", "")


def _content_security_policy() -> str:
    # Scripts carry the nonce; there is no inline script or style anywhere.
    return (
        f"default-src 'none'; script-src 'nonce-{csp_nonce()}' 'strict-dynamic'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
